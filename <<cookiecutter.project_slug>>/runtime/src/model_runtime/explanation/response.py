"""The type of an explanation, by which the API is documented."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model

from ..bundle.schema import Schema
from ..contract.responses import value_model
from ..features.names import with_unit

_ORDER = "Of each feature that the model uses, from the one that matters most"


def explanation_model(schema: Schema, names: list[str]) -> type[BaseModel]:
    """Return the type of an answer and what each value adds to it.

    Args:
        schema: The bundle's.
        names: Those of the features that are explained.
    """
    contributions: Any = list[_contribution(schema, names)]  # type: ignore[misc]
    fields: dict[str, Any] = {"contributions": (contributions, Field(description=_ORDER))}
    if schema.classes:
        about = Field(ge=0, le=1, description="Probability of the class")
        fields = {"probability": (Annotated[float, about], ...), **fields}
    return create_model("Explanation", __base__=value_model(schema), **fields)


def _contribution(schema: Schema, names: list[str]) -> type[BaseModel]:
    answer, unit = f"the {schema.target}", schema.answer.unit
    if schema.classes:
        answer, unit = "the probability of the class", None
    about = f"How much greater the value makes {answer} than others do; negative: less"
    fields: dict[str, Any] = {
        "feature": (Literal[tuple(names)], Field(description="The feature's name")),
        "contribution": (float, Field(description=with_unit(about, unit))),
    }
    return create_model("Contribution", **fields)
