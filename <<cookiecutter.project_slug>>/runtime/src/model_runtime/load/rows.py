"""Rows that fit a service, drawn from the JSON Schema by which it describes them."""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

Json = dict[str, Any]

_MISSING = 0.05
"""Share of rows in which a value that may be left out is."""

_STEPS = 1_000


def draw_rows(schema: Json, seed: int) -> Iterator[Json]:
    """Yield rows without end, the same ones for the same seed.

    Args:
        schema: That of a row, as the API's description has it (`Features`).
        seed: Of the random numbers.
    """
    random, fields, number = Random(seed), schema["properties"], 0
    while True:
        number += 1
        drawn = {name: _value(field, random, number) for name, field in fields.items()}
        yield {name: value for name, value in drawn.items() if value is not None}


def _value(field: Json, random: Random, number: int) -> Any:
    """Draw a value by its first form, the usual one; seldom none, where that fits."""
    forms = field.get("anyOf", [field])
    if {"type": "null"} in forms and random.random() < _MISSING:
        return None
    form, (example, *_) = forms[0], field.get("examples") or [None]
    if "enum" in form:
        return random.choice(form["enum"])
    if form["type"] in ("number", "integer"):
        return _number(form, float(example or 0), random)
    if form["type"] == "boolean":
        return random.random() < 0.5
    if form.get("format") == "date" and example:
        return _day(form, date.fromisoformat(example), random).isoformat()
    # A text is more than letters: only its example is sure to be one. An ID may be any.
    return example if example is not None else f"load-{number}"


def _day(form: Json, example: date, random: Random) -> date:
    """Draw within the bounds; where there is none, within a year of the example."""
    low, high = (form.get(f"format{bound}") for bound in ("Minimum", "Maximum"))
    around = [max(1, min(date.max.toordinal(), example.toordinal() + k * 365)) for k in (-1, 1)]
    least = date.fromisoformat(low).toordinal() if low else around[0]
    most = date.fromisoformat(high).toordinal() if high else around[1]
    return date.fromordinal(random.randint(least, most))


def _number(form: Json, example: float, random: Random) -> float | int:
    """Draw within the bounds; where there is none, within twice the example's size of it."""
    reach = 2 * max(abs(example), 1)
    low, high = form.get("minimum"), form.get("maximum")
    least = low if low is not None else min(example, high or example) - reach
    most = high if high is not None else max(example, least) + reach
    if form["type"] == "integer":
        return random.randint(int(-(-least // 1)), int(most // 1))
    return float(f"{least + (most - least) * random.randint(0, _STEPS) / _STEPS:.6g}")
