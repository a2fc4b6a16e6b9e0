"""The types of answers, by which the API is documented."""

from functools import cache
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, create_model

from ..bundle.schema import Schema
from ..features.names import with_unit

_Share = Annotated[float, Field(ge=0, le=1)]

Text = Annotated[str, WithJsonSchema({"type": "string", "contentMediaType": "application/json"})]
"""A text that holds JSON."""


def row_model(schema: Schema) -> type[BaseModel]:
    """Return the type of all that is said of one row: each flag's probability, or the number.

    A flag is for programs; its title, the class's name, is for people, as on the web page.
    """
    if not schema.classes:
        return _prediction(schema)
    fields: dict[str, Any] = {
        f"p{k}": (
            _Share,
            Field(
                ...,
                alias=flag,
                title=schema.answer.name(name),
                description=f"Probability of {name}",
            ),
        )
        for k, (flag, name) in enumerate(zip(schema.flags, schema.classes, strict=True))
    }
    config = ConfigDict(json_schema_extra={"description": _about(schema)})
    return create_model("Probabilities", __config__=config, **fields)


def value_model(schema: Schema) -> type[BaseModel]:
    """Return the type of the most likely class, or of the number."""
    if not schema.classes:
        return _prediction(schema)
    about = Field(..., title=schema.title, description=_about(schema))
    return create_model("PredictedClass", class_name=(_value(schema), about))


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


def _prediction(schema: Schema) -> type[BaseModel]:
    return _prediction_model(schema.title, with_unit(_about(schema), schema.answer.unit))


@cache  # the API's description would tell two types of one name apart by longer names
def _prediction_model(title: str, about: str) -> type[BaseModel]:
    number = (float, Field(..., title=title, description=about))
    return create_model("Prediction", prediction=number)


def _about(schema: Schema) -> str:
    return schema.answer.description or f"Predicted {schema.target}"


def _value(schema: Schema) -> Any:
    return Literal[tuple(schema.classes)] if schema.classes else float
