"""The word that was meant, where another was written."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

_MOST_KEYS = 20
"""Keys that a sentence lists where none of them is like the one that was written."""


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Return the word that was probably meant, or nothing."""
    known = list(words)
    near = get_close_matches(word, known, 1) or [each for each in known if each.startswith(word)]
    return near[0] if near and word else None


def meant(model: type[BaseModel], loc: tuple[int | str, ...]) -> str:
    """Say which key was probably meant where a file has one that its type doesn't know."""
    keys = _keys(model, loc[:-1])
    if near := nearest(str(loc[-1]), keys):
        return f"did you mean '{near}'?"
    known = f" (there are {', '.join(keys)})" if 0 < len(keys) <= _MOST_KEYS else ""
    return f"look for a typo or remove it{known}."


def _keys(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that there may be at a place; none where it is no section's."""
    within: type[BaseModel] | None = model
    for part in loc:
        if within and isinstance(part, str):
            field = within.model_fields.get(part)
            within = next(_models(field.annotation), None) if field else None
    return [field.alias or name for name, field in within.model_fields.items()] if within else []


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _models(each)
