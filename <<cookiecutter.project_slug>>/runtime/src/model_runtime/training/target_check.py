"""Findings about a target's values: of a table, or added up over its parts."""

from abc import ABC, abstractmethod
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from ..counts import counted
from ..features.category import LONGEST_LABEL, as_label
from ..features.columns import distinct, shown
from ..features.number import as_float, is_number

MOST_NUMBERED = 20
"""Classes that are numbers, and not yet likely to be a quantity."""


@dataclass(frozen=True)
class Origin:
    """The name of what some rows come from, and the place of the first there; none for a table."""

    name: str = ""
    first_row: int = 0

    def row(self, row: int) -> str:
        """Say where a row is."""
        return f"row {self.first_row + row}" + (f" of {self.name}" if self.name else "")

    def named(self, sentence: str) -> str:
        """Return a sentence that says what it is about."""
        return f"{self.name}: {sentence}" if self.name else sentence


class TargetCheck(ABC):
    """Values of a target that are not missing."""

    @property
    @abstractmethod
    def is_plain(self) -> bool:
        """True where each value is one of the task's, whatever the others are."""

    @abstractmethod
    def plus(self, other: Any) -> Self:
        """Add those of later rows."""

    @abstractmethod
    def problems(self) -> list[str]:
        """Say what is wrong with them, without the target's name."""


@dataclass(frozen=True)
class ClassCounts(TargetCheck):
    """Classes and their rows, by type and value, for to Python 1 and True are one."""

    counts: dict[tuple[type, Hashable], tuple[Any, int]]

    @classmethod
    def of(cls, target: "pd.Series[Any]", weight: "pd.Series[Any] | None") -> Self:
        """Count the values of some rows, numbered from 0."""
        codes, values = distinct(target, target.isna().to_numpy())
        present = codes >= 0
        weights = None if weight is None else weight.to_numpy(np.float64)[present]
        sums = np.bincount(codes[present], weights=weights, minlength=len(values))
        found: dict[tuple[type, Hashable], tuple[Any, int]] = {}
        for value, count in zip(values, sums.tolist(), strict=True):
            key = (type(value), value if isinstance(value, Hashable) else id(value))
            found[key] = (value, int(count))
        return cls(found)

    @property
    def is_plain(self) -> bool:
        """See `TargetCheck`: all of one kind."""
        kinds = {_kind(value) for value, _ in self.counts.values()}
        return len(kinds) == 1 and "else" not in kinds

    def plus(self, other: Self) -> Self:
        """See `TargetCheck`."""
        found = dict(self.counts)
        for key, (value, count) in other.counts.items():
            found[key] = (value, count + found.get(key, (value, 0))[1])
        return type(self)(found)

    def problems(self) -> list[str]:
        """See `TargetCheck`: classes are texts, whole numbers or booleans, all of one kind."""
        values = [value for value, _ in self.counts.values()]
        kinds: dict[str, Any] = {}
        for value in values:
            kinds.setdefault(_kind(value), value)
        if "else" in kinds:
            return [
                f"has the value {shown(kinds['else'])}, which is no class: a class is a text of at "
                f"most {LONGEST_LABEL} characters, a whole number, or true or false."
                f"{self._like_a_number()}"
            ]
        if len(kinds) > 1:
            named = " and ".join(f"{kind} ({shown(value)})" for kind, value in kinds.items())
            return [f"mixes {named}; make them all of one kind in DataLoader.load_data."]
        if len(set(values)) == 1:
            return [f"is {shown(values[0])} in every row; there is nothing to learn."]
        sums: dict[Any, int] = {}
        for value, count in self.counts.values():
            sums[value] = sums.get(value, 0) + count
        rarest = min(sums, key=lambda value: (sums[value], value))
        if sums[rarest] < 2:
            rows = "one row" if sums[rarest] else "no row that weighs anything"
            return [
                f"has the class {shown(rarest)} in {rows} only, and the hold-out needs "
                f"one as well; drop it or find more.{self._like_a_number()}"
            ]
        return []

    def _like_a_number(self) -> str:
        """Ask whether a regression is meant, where the classes are numbers, and many."""
        values = [value for value, _ in self.counts.values()]
        if len(values) <= MOST_NUMBERED or not all(map(is_number, values)):
            return ""
        return (
            f" It is a number with {counted(len(values), 'different value')}: if that number is "
            "to be predicted, write `task: regression` in features.yaml, and `make train`."
        )


@dataclass(frozen=True)
class NumberCheck(TargetCheck):
    """Numbers: those that are none or not finite, the first of these, and two different others."""

    wrong: int
    first: str
    some: tuple[float, ...]

    @classmethod
    def of(cls, target: "pd.Series[Any]", origin: Origin) -> Self:
        """Look at the values of some rows, numbered from 0."""
        codes, values = distinct(target, target.isna().to_numpy())
        good = [is_number(value) and np.isfinite(as_float(value)) for value in values]
        finite = np.array(good, np.bool_)
        wrong = (codes >= 0) & ~np.append(finite, True)[codes]
        first = ""
        if wrong.any():
            row = int(wrong.argmax())
            first = f"{shown(target.iloc[row])} in {origin.row(row)}"
        some = [as_float(value) for value, fits in zip(values, good, strict=True) if fits]
        return cls(int(wrong.sum()), first, tuple(dict.fromkeys(some))[:2])

    @property
    def is_plain(self) -> bool:
        """See `TargetCheck`."""
        return not self.wrong

    def plus(self, other: Self) -> Self:
        """See `TargetCheck`."""
        some = tuple(dict.fromkeys((*self.some, *other.some)))[:2]
        return type(self)(self.wrong + other.wrong, self.first or other.first, some)

    def problems(self) -> list[str]:
        """See `TargetCheck`: the target is a finite number."""
        if self.wrong:
            hint = " If it is a class, write `task: classification` in features.yaml."
            hint = "" if self.some else hint
            return [
                f"is not a finite number in {counted(self.wrong, 'row')}, first {self.first}.{hint}"
            ]
        if len(self.some) == 1:
            return [f"is {shown(self.some[0])} in every row; there is nothing to learn."]
        return []


def _kind(value: object) -> str:
    if isinstance(value, str):
        return "texts" if 0 < len(value) <= LONGEST_LABEL else "else"
    if isinstance(value, (bool, np.bool_)):
        return "booleans"
    return "numbers" if isinstance(as_label(value), str) else "else"
