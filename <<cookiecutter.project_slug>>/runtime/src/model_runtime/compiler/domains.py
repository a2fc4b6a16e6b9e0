"""The values that a feature allows: ordinary ones, and those at the far ends of its domain."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..features import Feature, FeatureType
from ..preprocessing import MISSING_LABEL
from .odd_texts import draw_texts, like

Random = np.random.Generator
Numbers = npt.NDArray[np.float64]

_SINGLE, _DOUBLE = np.finfo(np.float32), np.finfo(np.float64)
_SIZES = (
    *(float(_DOUBLE.smallest_subnormal), float(_DOUBLE.tiny)),
    *(float(_SINGLE.smallest_subnormal), float(_SINGLE.tiny)),
    *(0.1, 1.0, 1e6, 2.0**24 + 1, 2.0**31, 2.0**53 + 2, 2.0**63),  # where whole numbers get gaps
    # The last that is a number in single precision, the first that isn't, and far beyond.
    *(float(_SINGLE.max), float(_SINGLE.max) * (1 + float(_SINGLE.eps) / 2), 1e39, 1e308),
    float(_DOUBLE.max),
)


_TRIES = 3
"""Changes of a known text that are tried before it is taken as it is."""


class Domain(ABC):
    """A feature's domain; its labels are filled in."""

    def __init__(self, feature: Feature) -> None:
        """Make the domain of one feature."""
        self.feature = feature

    @abstractmethod
    def draw(
        self, seen: "pd.Series[Any]", n: int, random: Random, wide: bool = False
    ) -> npt.NDArray[Any]:
        """Draw n ordinary values that are not missing, if the feature has any.

        Args:
            seen: The training rows' values; there may be none.
            n: How many.
            random: Where chance comes from.
            wide: Whether numbers lie anywhere within the bounds, or where the training rows do.
        """

    def extremes(self, seen: "pd.Series[Any]") -> list[Any]:
        """Return the values at the ends, and those where arithmetic changes.

        Only what a request may hold.
        """
        return []


class Texts(Domain):
    """Texts: words of the training rows, and odd ones."""

    def draw(
        self, seen: "pd.Series[Any]", n: int, random: Random, wide: bool = False
    ) -> npt.NDArray[Any]:
        """See `Domain`."""
        known = [text for text in seen if text] or [str(self.feature.example)]
        drawn = draw_texts(known, n, random)
        for row, text in enumerate(drawn):
            if not self._fits(text):
                drawn[row] = self._fitting(text, known[random.integers(len(known))], random)
        return drawn

    def _fits(self, text: str) -> bool:
        return self.feature.rule.fits(text)

    def _fitting(self, text: str, known: str, random: Random) -> str:
        """Return a text that fits: of the right length, or much like one that is known."""
        least, most = self.feature.min_length or 0, self.feature.max_length
        sized = (text * (least // max(1, len(text)) + 1))[:most]
        tries = (sized, *(like(known, random) for _ in range(_TRIES)))
        return next((each for each in tries if self._fits(each)), known)


class Labels(Domain):
    """Labels, each as likely."""

    def draw(
        self, seen: "pd.Series[Any]", n: int, random: Random, wide: bool = False
    ) -> npt.NDArray[Any]:
        """See `Domain`."""
        optional = [MISSING_LABEL] if self.feature.optional else list(seen)
        return random.choice(np.array(self.feature.labels or optional, dtype=object), n)

    def extremes(self, seen: "pd.Series[Any]") -> list[Any]:
        """See `Domain`: each label."""
        return list(self.feature.labels or [])


class Booleans(Domain):
    """False and true, as 0 and 1."""

    def draw(
        self, seen: "pd.Series[Any]", n: int, random: Random, wide: bool = False
    ) -> npt.NDArray[Any]:
        """See `Domain`."""
        return random.integers(0, 2, n).astype(float)

    def extremes(self, seen: "pd.Series[Any]") -> list[Any]:
        """See `Domain`: both."""
        return [0.0, 1.0]


class Decimals(Domain):
    """Numbers within the bounds."""

    step = 0
    """The distance from one to the next number, where there is a next one."""

    def draw(
        self, seen: "pd.Series[Any]", n: int, random: Random, wide: bool = False
    ) -> npt.NDArray[Any]:
        """See `Domain`; an integer's highest is as likely as the others."""
        present = seen.dropna()
        usual = (float(present.min()), float(present.max())) if len(present) else None
        low, high = self._span(present) if wide or usual is None else usual
        return self.allowed(_between(low, high + self.step, n, random))

    def allowed(self, values: Numbers) -> Numbers:
        """Return each number, or for an integer the whole one below, brought within the bounds."""
        low, high = self._bounds()
        return np.asarray(np.clip(values, low, high))

    def extremes(self, seen: "pd.Series[Any]") -> list[Any]:
        """See `Domain`.

        Bounds and their neighbours, zeros of both signs, the limits of single and double precision.
        """
        sizes = {0.0, *_SIZES, *(-size for size in _SIZES)}
        found = {*self._around_bounds(), *sizes, *_unscaled(seen)}
        fitting = [value for value in sorted(found) if self._fits(value)]
        return [*fitting, -0.0] if self._fits(-0.0) else fitting

    def _bounds(self) -> tuple[float, float]:
        low, high = self.feature.bounds
        return (-np.inf if low is None else low, np.inf if high is None else high)

    def _around_bounds(self) -> Iterable[float]:
        for bound in self.feature.bounds:
            if bound is not None:
                yield from (float(bound), np.nextafter(bound, np.inf), np.nextafter(bound, -np.inf))
                yield from (float(np.floor(bound)), float(np.ceil(bound)))

    def _fits(self, value: float) -> bool:
        return self.feature.rule.fits(value)

    def _span(self, present: "pd.Series[Any]") -> tuple[float, float]:
        """Return the bounds; where there is none, the training rows' own, or else one step."""
        low, high = self.feature.bounds
        if low is None:
            low = float(present.min()) if len(present) else (0.0 if high is None else high - 1)
        if high is None:
            high = float(present.max()) if len(present) else low + 1
        return float(low), float(high)


class Integers(Decimals):
    """Whole numbers within the bounds."""

    step = 1

    def allowed(self, values: Numbers) -> Numbers:
        """See `Decimals`."""
        return super().allowed(np.floor(values))

    def _bounds(self) -> tuple[float, float]:
        low, high = super()._bounds()
        return float(np.ceil(low)), float(np.floor(high))


_DOMAINS: dict[FeatureType, type[Domain]] = {
    "number": Decimals,
    "integer": Integers,
    "boolean": Booleans,
    "category": Labels,
    "date": Integers,
    "text": Texts,
}


def domain(feature: Feature) -> Domain:
    """Return the domain of a feature, by its type."""
    return _DOMAINS[feature.type](feature)


def _unscaled(seen: "pd.Series[Any]") -> Iterable[float]:
    """Yield what a scaler turns into the limits of single precision."""
    present = seen.dropna().to_numpy(np.float64)
    if not len(present):
        return
    with np.errstate(over="ignore", invalid="ignore"):
        for step in (-1, 1, -1.001, 1.001):
            yield float(present.mean() + step * present.std() * float(_SINGLE.max))


def _between(low: float, high: float, n: int, random: Random) -> Numbers:
    """Draw from low to high; their distance may be larger than any number."""
    share = random.random(n)
    return np.asarray(low * (1 - share) + high * share)
