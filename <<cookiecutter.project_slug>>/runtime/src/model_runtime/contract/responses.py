"""The types of answers, by which the API is documented."""

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, WithJsonSchema, create_model

from ..bundle.schema import Schema

_Share = Annotated[float, Field(ge=0, le=1)]

Text = Annotated[str, WithJsonSchema({"type": "string", "contentMediaType": "application/json"})]
"""A text that holds JSON."""


def row_model(schema: Schema) -> type[BaseModel]:
    """Return the type of all that is said of one row: each flag's probability, or the number.

    A flag is for programs; its title, the class's own name, is for people, as on the web page.
    """
    if not schema.classes:
        return _prediction_model(schema.target)
    fields: dict[str, Any] = {
        f"p{k}": (
            _Share,
            Field(..., alias=flag, title=name, description=f"Probability of {name}"),
        )
        for k, (flag, name) in enumerate(zip(schema.flags, schema.classes, strict=True))
    }
    return create_model("Probabilities", **fields)


def value_model(schema: Schema) -> type[BaseModel]:
    """Return the type of the most likely class, or of the number."""
    if not schema.classes:
        return _prediction_model(schema.target)
    return create_model("PredictedClass", class_name=(_value(schema), ...))


def classes_model(schema: Schema) -> type[BaseModel]:
    """Return the type of all classes and their probabilities."""
    number = len(schema.classes)
    probabilities = Annotated[list[_Share], Field(min_length=number, max_length=number)]
    names: Any = list[_value(schema)]  # type: ignore[misc]
    return create_model(
        "ClassProbabilities", class_names=(names, ...), probabilities=(probabilities, ...)
    )


def score_model(schema: Schema) -> type[BaseModel]:
    """Return the type of the answer that Azure ML's clients read."""
    values: Any = list[_value(schema)]  # type: ignore[misc]
    return create_model("Result", result=(values, ...))


@cache  # the API's description would tell two types of one name apart by longer names
def _prediction_model(target: str) -> type[BaseModel]:
    about = f"Predicted {target}"
    return create_model("Prediction", prediction=(float, Field(..., description=about)))


def _value(schema: Schema) -> Any:
    return Literal[tuple(schema.classes)] if schema.classes else float
