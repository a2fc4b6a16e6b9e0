"""The page of the chart's values: each with its default and what it means."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from ..settings import Settings

_HEAD = """# The chart's values

By `make chart-values`. They are the settings: `config.yaml` is the values file, and where it says
nothing, these defaults hold. `values.schema.json` has the same texts for editors.
"""


def values_page(meaning: Mapping[str, str], paths: Collection[str]) -> str:
    """Return the page as Markdown.

    Args:
        meaning: What the settings mean, by their paths.
        paths: The values; secrets are none.
    """
    parts = [_HEAD]
    for name, field in Settings.model_fields.items():
        parts.append(f"## {name}\n\n{meaning.get(name) or (field.annotation or int).__doc__}\n")
        rows = [
            f"| `{path}` | {_code(value)} | {_cell(meaning.get(path, ''))} |"
            for path, value in _leaves(field.default, f"{name}.")
            if path in paths
        ]
        parts.append("\n".join(["| value | default | meaning |", "|---|---|---|", *rows, ""]))
    return "\n".join(parts)


def _leaves(section: BaseModel, before: str) -> Iterator[tuple[str, Any]]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            yield f"{before}{name}", ...
            yield from _leaves(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", section.model_dump(mode="json", include={name})[name]


def _code(value: Any) -> str:
    return "" if value is ... else f"`{json.dumps(value, ensure_ascii=False)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
