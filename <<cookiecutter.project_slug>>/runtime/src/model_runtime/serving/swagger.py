"""The API's description for tools of 2019: OpenAPI 3.0 in place of 3.1."""

from typing import Any

Json = dict[str, Any]

_EXAMPLES = {"example", "examples"}
_LIMITS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}
_UNKNOWN = {"$schema", "$id", "$comment", "contentMediaType", "contentEncoding", "contentSchema"}

_NULL: Json = {"enum": [None], "nullable": True}


def older(described: Json) -> Json:
    """Return a description of OpenAPI 3.1 as one of 3.0."""
    found: Json = _with_older_schemas({**described, "components": {}}) | {"openapi": "3.0.3"}
    components = described.get("components", {})
    schemas = {name: _schema(each) for name, each in components.get("schemas", {}).items()}
    found["components"] = {**components, "schemas": schemas}
    return found


def _with_older_schemas(node: Any) -> Any:
    """Turn each schema below a part of the description; examples are values and stay."""
    if isinstance(node, list):
        return [_with_older_schemas(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: value
        if key in _EXAMPLES
        else _schema(value)
        if key == "schema"
        else _with_older_schemas(value)
        for key, value in node.items()
    }


def _schema(schema: Any) -> Json:
    """Return a JSON Schema in the dialect of OpenAPI 3.0."""
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    if schema.get("type") == "null":
        return _NULL
    found: Json = {}
    for key, value in schema.items():
        found |= _member(key, value)
    return _nullable(_typed(found))


def _member(key: str, value: Any) -> Json:
    """Return what 3.0 has for a keyword."""
    if key == "const":
        return {"enum": [value]}
    if key == "examples":
        return {"example": value[0]} if value else {}
    if key in _LIMITS:
        return {_LIMITS[key]: value, key: True}
    return {} if key in _UNKNOWN else {key: _inner(key, value)}


def _inner(key: str, value: Any) -> Any:
    """Turn the schemas that a keyword holds."""
    if key == "properties":
        return {name: _schema(each) for name, each in value.items()}
    if key in ("anyOf", "oneOf", "allOf"):
        return [_schema(each) for each in value]
    if key in ("items", "not") or (key == "additionalProperties" and isinstance(value, dict)):
        return _schema(value)
    return value


def _typed(schema: Json) -> Json:
    """Return a schema with one type, or any of several with one type each."""
    kinds = schema.get("type")
    if not isinstance(kinds, list):
        return schema
    rest = {key: value for key, value in schema.items() if key != "type"}
    if len(kinds) == 1:
        return {**rest, "type": kinds[0]}
    return {**rest, "anyOf": [_schema({"type": kind}) for kind in kinds]}


def _nullable(schema: Json) -> Json:
    """Say of null, which is no type in 3.0, what 3.0 can say: that a type may be null, too."""
    choices = schema.get("anyOf", [])
    others = [choice for choice in choices if choice != _NULL]
    if len(others) == len(choices) or not all("type" in each for each in others):
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    if len(others) == 1:
        return {**others[0], **rest, **_with_null(others[0])}
    return {**rest, "anyOf": [each | _with_null(each) for each in others]}


def _with_null(schema: Json) -> Json:
    """Return what makes a schema of one type take null as well."""
    return {"nullable": True} | ({"enum": [*schema["enum"], None]} if "enum" in schema else {})
