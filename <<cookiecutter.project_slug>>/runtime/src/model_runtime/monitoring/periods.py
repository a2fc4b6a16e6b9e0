"""Periods of time, in UTC: hours, days, weeks from Monday, months."""

from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from ..errors import ProjectError

Unit = Literal["hour", "day", "week", "month"]
Starts = npt.NDArray[np.datetime64]

UNITS: tuple[Unit, ...] = get_args(Unit)

MOST = 45
"""Periods that a picture shows well; of several units the shortest with no more is chosen."""

_CODES: dict[Unit, str] = {"hour": "h", "day": "D", "week": "W", "month": "M"}


def starts(times: npt.NDArray[np.float64], unit: Unit) -> Starts:
    """Return the beginning of the period of each time (n,), in seconds since 1970."""
    seconds = np.floor(times).astype("datetime64[s]")
    if unit == "week":  # NumPy's begin on Thursdays, for 1970 did
        days = seconds.astype("datetime64[D]")
        monday: Starts = days - (days.astype(int) + 3) % 7
        return monday.astype("datetime64[s]")
    return seconds.astype(f"datetime64[{_CODES[unit]}]").astype("datetime64[s]")


def named(text: str) -> Unit | None:
    """Return the unit of a name, or nothing for an empty one.

    Raises:
        ProjectError: There is none of that name.
    """
    if text and text not in UNITS:
        raise ProjectError(f"BY is '{text}'; periods are {', '.join(UNITS)}.")
    return next((unit for unit in UNITS if unit == text), None)


def suitable(times: npt.NDArray[np.float64], shortest: Unit = "hour") -> Unit:
    """Return a unit that suits times, of which there is at least one."""
    units = UNITS[UNITS.index(shortest) :]
    ends = np.array([times.min(), times.max()])
    return next((each for each in units if _spanned(ends, each) <= MOST), "month")


def _spanned(ends: npt.NDArray[np.float64], unit: Unit) -> int:
    first, last = starts(ends, unit).astype(f"datetime64[{_CODES[unit]}]").astype(int).tolist()
    return int(last - first) + 1


def label(start: Any, unit: Unit) -> str:
    """Return a period's name, by its beginning: 2030-01-31, 2030-01, 2030-01-31 13:00."""
    text = str(start).replace("T", " ")
    return text[: {"hour": 16, "day": 10, "week": 10, "month": 7}[unit]]
