"""Schedules by the rules of cron that Kubernetes has: robfig/cron's standard parser, without TZ=.

https://pkg.go.dev/github.com/robfig/cron/v3#hdr-CRON_Expression_Format
"""

import re
from collections.abc import Sequence
from typing import Any

_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
_FIELDS = {
    "minutes": ("[0-5]?[0-9]", ()),
    "hours": ("[01]?[0-9]|2[0-3]", ()),
    "days of the month": ("0?[1-9]|[12][0-9]|3[01]", ()),
    "months": ("0?[1-9]|1[0-2]", _MONTHS),
    "days of the week": ("[0-6]", _DAYS),
}
_DURATION = r"([0-9]+(\.[0-9]+)?(h|m|s))+"
_MACROS = rf"@(yearly|annually|monthly|weekly|daily|midnight|hourly|every {_DURATION})"
_NO_SCHEDULE = (
    "is no schedule; write minute, hour, day of the month, month and day of the week (0 to 6), "
    'like "0 3 * * 1", or a word like @daily'
)


def _insensitive(name: str) -> str:
    return "".join(f"[{letter}{letter.lower()}]" for letter in name)


def _field(value: str, names: Sequence[str]) -> str:
    """Return the pattern of a field: values, ranges and steps of them, by commas."""
    each = "|".join([value, *map(_insensitive, names)])
    part = rf"([*?]|({each})(-({each}))?)(/0*[1-9][0-9]*)?"
    return f"{part}(,{part})*"


_PATTERN = f"({' +'.join(_field(*field) for field in _FIELDS.values())}|{_MACROS})?"


def schedule_pattern() -> dict[str, Any]:
    """Return what the JSON Schema says; it can't tell that a range goes upwards."""
    return {"type": "string", "pattern": f"^{_PATTERN}$"}


def check_schedule(text: str) -> str:
    """Return a schedule that Kubernetes takes.

    Raises:
        ValueError: It doesn't; a field of it, or how a range goes, is wrong.
    """
    if not re.fullmatch(_PATTERN, text):
        raise ValueError(f"{text!r} {_NO_SCHEDULE}")
    if text and not text.startswith("@"):
        for part, (about, (_, names)) in zip(text.split(), _FIELDS.items(), strict=True):
            _check_ranges(part, about, names)
    return text


def _check_ranges(field: str, about: str, names: Sequence[str]) -> None:
    first = 1 if names is _MONTHS else 0
    numbers = {name: index + first for index, name in enumerate(names)}
    for start, end in re.findall(r"(\w+)-(\w+)", field):
        low, high = (numbers.get(each.upper(), each) for each in (start, end))
        if int(low) > int(high):
            raise ValueError(f"{start}-{end} in the {about} goes downwards; write it upwards")
