"""The types of a row, made from a bundle's schema: one that is documented, one that validates."""

from typing import Annotated, Any

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
from ..features.names import with_unit
from ..features.rule import field_type
from ..features.text import MOST_CHARACTERS
from ..humanised import humanised


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

_VALUES = ConfigDict(strict=True, allow_inf_nan=False)
_REQUEST = ConfigDict(**_VALUES, extra="forbid")


def request_model(schema: Schema) -> type[BaseModel]:
    """Return the documented type of a row: each feature by its own name, bounds and labels.

    The attributes are f0, f1, … in the features' order, and `id` where the schema has an ID, so
    that a feature may have any name (`emp.var.rate`, `copy`).
    """
    fields: dict[str, Any] = {f"f{k}": _field(feature) for k, feature in enumerate(schema.features)}
    if schema.id:
        about = "Returns in the log, to find the prediction again; the model does not see it"
        fields["id"] = (
            _Id | None,
            Field(None, alias=schema.id, title=humanised(schema.id), description=about),
        )
    config = ConfigDict(
        **_REQUEST,
        title="Features",
        json_schema_extra={"examples": [dict(schema.example)]},
    )
    return create_model("Features", __config__=config, **fields)


def _field(feature: Feature) -> tuple[Any, Any]:
    details: dict[str, Any] = {
        "alias": feature.name,
        "title": feature.title,
        "description": with_unit(feature.description, feature.unit) or None,
        "examples": [feature.example],
        "json_schema_extra": _for_people(feature),
    }
    default = None if feature.optional else ...
    return field_type(feature.rule), Field(default, **details)


def _for_people(feature: Feature) -> dict[str, Any]:
    """Return what JSON Schema has no word for: group, values' names, and that it leaks.

    A schema's keys are sorted when it is written; the names' own order is told where it is another.
    """
    names = feature.names or {}
    order = [*names] if [*names] != sorted(names) else None
    found = {
        "x-group": feature.group,
        "x-names": names,
        "x-order": order,
        "x-leaks": feature.leaks,
    }
    return {key: value for key, value in found.items() if value}


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
