"""The JSON files of a bundle, read without surprises."""

import json
import math
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ..counts import counted
from ..errors import ProjectError, sentences
from ..json_text import unique

AGAIN = "Train again (`make train`) or put a whole bundle in its place."

Part = TypeVar("Part", bound=BaseModel)

MOST_BYTES = 64 * 2**20
"""Largest size of a JSON file; the largest that training writes have a few megabytes."""


def read_part(file: Path, most_bytes: int | None = None) -> bytes:
    """Return a file's content.

    Raises:
        ProjectError: It can't be read, or is larger than a bundle's file ever is.
    """
    try:
        if most_bytes is not None and (size := file.stat().st_size) > most_bytes:
            raise ProjectError(
                f"{file} has {counted(size, 'byte')}, and no bundle has more than "
                f"{most_bytes:,}. {AGAIN}"
            )
        return file.read_bytes()
    except OSError as error:
        raise ProjectError(f"{file} can't be read ({error.strerror or error}).") from error


def parse(content: bytes, file: Path) -> dict[str, Any]:
    """Return a JSON object in which no key stands twice and each number is finite.

    Raises:
        ProjectError: It is something else.
    """
    try:
        value = json.loads(
            content,
            object_pairs_hook=unique,
            parse_constant=_not_finite,
            parse_float=_finite,
        )
        json.dumps(value, ensure_ascii=False).encode()  # fails on half a surrogate pair
    except (ValueError, RecursionError) as error:
        raise ProjectError(f"{file} is not JSON ({error}). {AGAIN}") from error
    if not isinstance(value, dict):
        raise ProjectError(f"{file} is no JSON object. {AGAIN}")
    return value


def fit(part: type[Part], value: dict[str, Any], file: Path) -> Part:
    """Return a JSON object as the part of a bundle that it is.

    Raises:
        ProjectError: It doesn't fit; each finding in a sentence.
    """
    try:
        return part.model_validate(value)
    except ValidationError as error:
        raise ProjectError("\n".join([*sentences(error, str(file), part, value), AGAIN])) from error


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _not_finite(text)


def _not_finite(text: str) -> float:
    raise ValueError(f"{text} is not a finite number")
