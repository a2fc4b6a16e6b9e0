"""Tables of Markdown, and those of a model's fields."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel

WORDS = {
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true or false",
}
"""Words for a JSON schema's types."""


def table(rows: Iterable[Sequence[str]]) -> str:
    """Return a table, of which the first row is the heading."""
    heading, *rest = rows
    lines = [heading, ["---"] * len(heading), *rest]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def leaves(model: type[BaseModel], before: str = "") -> Iterator[str]:
    """Yield the paths of all fields, with those inside of fields that are models."""
    for name, field in model.model_fields.items():
        yield f"{before}{name}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from leaves(field.annotation, f"{before}{name}.")


def fields(model: type[BaseModel]) -> Iterator[Sequence[str]]:
    """Yield the rows of a table of a model's keys, with types and defaults."""
    yield "key", "type", "default"
    schema = model.model_json_schema()
    for name, value in schema["properties"].items():
        required = name in schema.get("required", ())
        yield f"`{name}`", _type(value), "has to be there" if required else _default(value)


def _default(value: dict[str, Any]) -> str:
    return f"`{json.dumps(value['default'], ensure_ascii=False)}`" if "default" in value else ""


def _type(value: dict[str, Any]) -> str:
    """Return a JSON schema's type in a few words."""
    if "$ref" in value:
        return str(value["$ref"]).rpartition("/")[2]
    if "enum" in value or "const" in value:
        return ", ".join(f"`{each}`" for each in value.get("enum", [value.get("const")]))
    if "anyOf" in value:
        return " or ".join(_type(each) for each in value["anyOf"])
    if value.get("type") == "array":
        return f"list of {_type(value.get('items', {}))}"
    if isinstance(value.get("additionalProperties"), dict):
        return f"names, each with {_type(value['additionalProperties'])}"
    kind = str(value.get("type", "anything"))
    return WORDS.get(kind, kind)
