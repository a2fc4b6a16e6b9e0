"""The chart's files that follow from the settings: its defaults and its schema."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ..errors import ProjectError
from ..settings import Settings, config_file
from .meanings import meanings
from .values_page import values_page

_OF_HELM = {"global": {"type": "object"}, "enabled": {"type": "boolean"}}
"""Values that a parent chart hands to each of its charts, and the usual one to leave it out by."""

_HEADER = "# The settings' defaults, by `make chart-values`. Set yours in config.yaml.\n"


def chart_folder() -> Path:
    """Return the project's chart.

    Raises:
        ProjectError: It is not here.
    """
    for file in Path("deploy/helm").glob("*/Chart.yaml"):
        return file.parent
    raise ProjectError("deploy/helm/ holds no chart; run this in the project's folder.")


def generated() -> dict[str, str]:
    """Return the text of each generated file, by its name."""
    meaning = meanings(config_file().read_text("utf-8"), Settings)
    rules = schema(meaning)
    paths = {path for path, _ in _values(rules, rules["$defs"])}
    return {
        "README.md": values_page(meaning, paths),
        "values.yaml": _HEADER + yaml.safe_dump(defaults(), sort_keys=False),
        "values.schema.json": _lines(rules),
    }


def _lines(rules: dict[str, Any]) -> str:
    """Return the schema as JSON, a section in a line: it is for programs, and differences show."""
    sections = ",\n".join(
        f"{_json(name)}: {_json(value)}" for name, value in rules["$defs"].items()
    )
    others = {name: value for name, value in rules.items() if name != "$defs"}
    return f'{_json(others)[:-1]},\n"$defs": {{\n{sections}\n}}}}\n'


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def defaults() -> dict[str, Any]:
    """Return the settings as they are without a config.yaml.

    What may be null is left out: Helm drops a null that stands in the way of a default, and then
    the default would hold.
    """
    root = schema()
    return _required(Settings.model_construct().model_dump(mode="json"), root, root["$defs"])


def schema(meaning: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the JSON Schema of config.yaml laid over the defaults; it knows no secrets.

    Args:
        meaning: What the settings mean, by their paths, for editors.
    """
    found = _plain(Settings.model_json_schema())
    for section in found["$defs"].values():
        for name in [name for name, value in section["properties"].items() if _is_secret(value)]:
            del section["properties"][name]
    _require(found, found["$defs"])
    for path, value in _values(found, found["$defs"]):
        if text := (meaning or {}).get(path):
            value["description"] = text
    found["properties"] |= _OF_HELM
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def _values(
    section: dict[str, Any], sections: dict[str, Any], before: str = ""
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each value's path and what the schema says of it."""
    for name, value in section["properties"].items():
        yield f"{before}{name}", value
        if inner := _section(value, sections):
            yield from _values(inner, sections, f"{before}{name}.")


def _is_secret(value: dict[str, Any]) -> bool:
    """Tell the settings that config.yaml may not hold: pydantic marks them as passwords."""
    return any(each.get("format") == "password" for each in value.get("anyOf", [value]))


def _plain(node: Any) -> Any:
    """Leave out titles, which repeat the keys, and defaults, which are in values.yaml."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: {name: _plain(each) for name, each in value.items()}
        if key == "properties"
        else _plain(value)
        for key, value in node.items()
        if key not in ("title", "default")
    }


def _require(section: dict[str, Any], sections: dict[str, Any]) -> None:
    """Ask for all that has a default in values.yaml: it lacks only where config.yaml says null."""
    properties = section["properties"]
    section["required"] = [name for name, value in properties.items() if "anyOf" not in value]
    for value in properties.values():
        if inner := _section(value, sections):
            _require(inner, sections)


def _required(values: Any, section: dict[str, Any], sections: dict[str, Any]) -> dict[str, Any]:
    kept = {}
    for name in section["required"]:
        inner = _section(section["properties"][name], sections)
        kept[name] = _required(values[name], inner, sections) if inner else values[name]
    return kept


def _section(value: dict[str, Any], sections: dict[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] | None = sections.get(value.get("$ref", "").rpartition("/")[2])
    return found
