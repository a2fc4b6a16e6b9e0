"""FastAPI, as its users write it first: a typed route that calls scikit-learn.

The route is `async`: one process on one core gains nothing by a thread for each request.
"""

from typing import Literal

from fastapi import FastAPI
from pydantic import BaseModel, Field

from .pipeline import load, probabilities

app = FastAPI()
pipeline = load()


class Passenger(BaseModel):
    """A row, with the bounds that features.yaml sets."""

    Pclass: int = Field(ge=1, le=3)
    Age: float | None = Field(ge=0, le=120)
    SibSp: int = Field(ge=0, le=20)
    Parch: int = Field(ge=0, le=20)
    Fare: float | None = Field(ge=0, le=1000)
    Gender: Literal["male", "female"]
    Port: Literal["Cherbourg", "Southampton", "Queenstown"] | None


@app.post("/predict")
async def predict(passengers: list[Passenger]) -> list[list[float]]:
    """Return each passenger's probabilities."""
    return probabilities(pipeline, [each.model_dump() for each in passengers])
