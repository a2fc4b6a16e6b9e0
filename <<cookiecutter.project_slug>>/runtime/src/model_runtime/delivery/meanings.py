"""The meaning of each setting: config.yaml's comments, and the settings' own descriptions."""

import re
from collections.abc import Iterator

from pydantic import BaseModel

_ENTRY = re.compile(r"""( *)([A-Za-z_]+):(?:\s(?:"[^"]*"|'[^']*'|[^"'#]|(?<=\S)#)*)?(?:# (.*))?""")
_COMMENT = re.compile(r" *# (.*)")


def meanings(config: str, settings: type[BaseModel]) -> dict[str, str]:
    """Return what settings mean, by their paths.

    Args:
        config: The text of config.yaml, whose comments stand behind a setting, below it or above.
        settings: The class of all settings; what config.yaml leaves out is described there.
    """
    commented = {path: text for path, text in _comments(config) if text}
    return {**dict(_described(settings)), **commented}


def _comments(config: str) -> Iterator[tuple[str, str]]:
    """Yield the path of each setting with its comment, all lines of it as one."""
    path: list[str] = []
    above: list[str] = []
    found: list[str] = []
    for line in [*config.splitlines(), ""]:
        if comment := _COMMENT.fullmatch(line):
            # Below a setting it stands as far to the right as the comments do.
            (found if found and line.index("#") > 2 * len(path) else above).append(comment[1])
            continue
        if found:
            yield ".".join(path), " ".join(found)
        found = []
        if entry := _ENTRY.fullmatch(line):
            depth = len(entry[1]) // 2
            path = [*path[:depth], entry[2]]
            found = [*above, *([entry[3]] if entry[3] else [])]
        above = []


def _described(section: type[BaseModel], before: str = "") -> Iterator[tuple[str, str]]:
    for name, field in section.model_fields.items():
        if field.description:
            yield f"{before}{name}", field.description
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _described(kind, f"{before}{name}.")
