"""Request and response types, made from a bundle's schema."""

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    create_model,
    with_config,
)
from typing_extensions import TypedDict  # pydantic's own need, before Python 3.12

from ..bundle.schema import Schema
from ..features import Feature
from ..features.rule import field_type
from ..features.text import MOST_CHARACTERS


def id_as_text(value: object) -> object:
    """Return a whole number as the text that it stands for."""
    if type(value) is float and value.is_integer():
        value = int(value)
    return str(value) if type(value) is int else value


_Id = Annotated[
    str,
    Field(max_length=MOST_CHARACTERS),
    BeforeValidator(id_as_text),
    WithJsonSchema({"type": ["string", "integer"], "maxLength": MOST_CHARACTERS}),
]

Text = Annotated[str, WithJsonSchema({"type": "string", "contentMediaType": "application/json"})]
"""A text that holds JSON."""

_VALUES = ConfigDict(strict=True, allow_inf_nan=False)
_REQUEST = ConfigDict(**_VALUES, extra="forbid")


def request_model(schema: Schema) -> type[BaseModel]:
    """Return the type of one row: each feature by its own name, bounds and labels.

    The attributes are f0, f1, … in the features' order, and `id` where the schema has an ID, so
    that a feature may have any name (`emp.var.rate`, `copy`).
    """
    fields: dict[str, Any] = {f"f{k}": _field(feature) for k, feature in enumerate(schema.features)}
    if schema.id:
        about = "Returns in the log, to find the prediction again; the model does not see it"
        fields["id"] = (
            _Id | None,
            Field(None, alias=schema.id, title=schema.id, description=about),
        )
    config = ConfigDict(
        **_REQUEST,
        title="Features",
        json_schema_extra={"examples": [dict(schema.example)]},
    )
    return create_model("Features", __config__=config, **fields)


def row_type(schema: Schema) -> Any:
    """Return the type by which rows are validated: that of `request_model` as a plain dictionary.

    It is filled in less time than an object. What is missing becomes None; names that are no fields
    are kept, so that thousands of them cost one look at the number of names and not an error each.
    """
    fields: dict[str, Any] = {
        feature.name: Annotated[field_type(feature.rule), Field(default=None)]
        if feature.optional
        else field_type(feature.rule)
        for feature in schema.features
    }
    if schema.id:
        fields[schema.id] = Annotated[_Id | None, Field(default=None)]
    row = TypedDict("Row", fields)  # type: ignore[misc]
    return with_config(ConfigDict(**_VALUES, extra="allow"))(row)


def _field(feature: Feature) -> tuple[Any, Any]:
    about = " ".join(
        filter(None, [feature.description, f"[{feature.unit}]" if feature.unit else ""])
    )
    details: dict[str, Any] = {
        "alias": feature.name,
        "title": feature.name,
        "description": about or None,
        "examples": [feature.example],
    }
    default = None if feature.optional else ...
    return field_type(feature.rule), Field(default, **details)


def probability_model(schema: Schema) -> type[BaseModel]:
    """Return the type of an answer to one row: each flag's probability.

    A flag is for programs; its title, the class's own name, is for people, as on the web page.
    """
    probability = Annotated[float, Field(ge=0, le=1)]
    fields: dict[str, Any] = {
        f"p{k}": (
            probability,
            Field(..., alias=flag, title=name, description=f"Probability of {name}"),
        )
        for k, (flag, name) in enumerate(zip(schema.flags, schema.classes, strict=True))
    }
    return create_model("Probabilities", **fields)


def class_model(schema: Schema) -> type[BaseModel]:
    """Return the type of the most likely class."""
    return create_model("PredictedClass", class_name=(_class_type(schema), ...))


def classes_model(schema: Schema) -> type[BaseModel]:
    """Return the type of all classes and their probabilities."""
    probabilities = Annotated[
        list[Annotated[float, Field(ge=0, le=1)]],
        Field(min_length=len(schema.classes), max_length=len(schema.classes)),
    ]
    names: Any = list[_class_type(schema)]  # type: ignore[misc]
    return create_model(
        "ClassProbabilities", class_names=(names, ...), probabilities=(probabilities, ...)
    )


def prediction_model(schema: Schema) -> type[BaseModel]:
    """Return the type of a regression's answer."""
    about = f"Predicted {schema.target}"
    return create_model("Prediction", prediction=(float, Field(..., description=about)))


def score_model(schema: Schema) -> type[BaseModel]:
    """Return the type of the answer that Azure ML's clients read."""
    item: Any = _class_type(schema) if schema.classes else float
    return create_model("Result", result=(list[item], ...))


def _class_type(schema: Schema) -> Any:
    return Literal[tuple(schema.classes)]
