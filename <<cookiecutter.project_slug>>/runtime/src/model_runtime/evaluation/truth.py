"""The truth of rows, by the use case's own hooks: each row's class, or number."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl

from ..blanks import BLANKS
from ..bundle.schema import Schema
from ..errors import ProjectError
from ..features.category import LONGEST_LABEL
from ..features.missing import MissingTarget
from ..features.number import NUMBER, as_float, is_number
from ..scoring.check import pointed_cell
from ..training.classes import class_label
from ..training.use_case import UseCase

_WORDS = {"true": True, "false": False}


def class_names(use_case: UseCase, schema: Schema) -> set[str]:
    """Return all names that a bundle's classes may have in data; none for a number."""
    return {*schema.classes, *use_case.features.classes}


class Truth:
    """Turns what the data call the target into what the bundle answers."""

    def __init__(self, use_case: UseCase, schema: Schema) -> None:
        """Speak for a use case, of a bundle's classes."""
        self._use_case, self._schema = use_case, schema
        self._is_missing = MissingTarget()
        self._places = {
            label: k
            for k, name in enumerate(schema.classes)
            for label in (class_label(typed(name)), name)
        }
        self._places |= {name: k for k, name in enumerate(schema.classes)}
        self._as_written = _as_written(use_case.features.classes, schema.classes)

    def __call__(self, values: Sequence[Any], features: pl.DataFrame) -> npt.NDArray[np.float64]:
        """Return each row's class, as its place among the bundle's, or its number.

        Each value is encoded as training does it, with the first row that has it; one of a text as
        the number that it says, or else as it is; a class last as a number with a decimal comma.

        Args:
            values: The target, n values; None where it is missing.
            features: The rows' features, f0, f1, …

        Returns:
            n values, NaN for what is none of the classes or no finite number.
        """
        found: dict[Hashable, float] = {}
        rows: dict[Hashable, int] = {}
        for k, value in enumerate(values):
            rows.setdefault(_key(value), k)
        for read in (self._typed, _plain, *((_with_comma,) if self._schema.classes else ())):
            open_ = {key: k for key, k in rows.items() if not np.isfinite(found.get(key, np.nan))}
            told = [read(values[k]) for k in open_.values()]
            frame = self._frame(features, list(open_.values()))
            found |= dict(zip(open_, self._encoded(told, frame), strict=True))
        return np.array([found[_key(value)] for value in values], np.float64)

    def _typed(self, value: Any) -> Any:
        """Return what a table's reader makes of a text; 01 and 1 stay where both are classes."""
        is_class = isinstance(value, str) and value in self._as_written
        return value if is_class else typed(value)

    def _frame(self, features: pl.DataFrame, rows: list[int]) -> pd.DataFrame:
        """Return rows as a data loader gives them."""
        taken = features[rows]
        return pd.DataFrame(
            {
                feature.name: taken[f"f{k}"].to_numpy()
                if feature.numeric
                else np.array(taken[f"f{k}"].to_list(), dtype=object)
                for k, feature in enumerate(self._schema.features)
            }
        )

    def _encoded(self, values: list[Any], frame: pd.DataFrame) -> list[float]:
        """Encode the target of some rows; where that fails, of fewer, to find the one to blame."""
        known = [k for k, value in enumerate(values) if self._may_be_one(value)]
        if not known:
            return [np.nan] * len(values)
        target = self._schema.target
        asked = frame.iloc[known].reset_index(drop=True)
        asked[target] = pd.Series([values[k] for k in known])
        try:
            _, y = self._use_case.preprocessor().split_X_y(asked, self._use_case.features)
            encoded = pd.Series(y).tolist()
        except ProjectError:
            raise
        except Exception:  # the hook's own, of a label that it does not know
            if len(values) == 1:
                return [np.nan]
            middle = len(values) // 2
            halves = ((values[:middle], frame[:middle]), (values[middle:], frame[middle:]))
            return [each for part in halves for each in self._encoded(*part)]
        found = [np.nan] * len(values)
        for k, code in zip(known, encoded, strict=True):
            found[k] = self._place(values[k], code)
        return found

    def _may_be_one(self, value: Any) -> bool:
        if self._schema.classes:
            return not self._is_missing(value)
        return is_number(value) and bool(np.isfinite(as_float(value)))

    def _place(self, value: Any, encoded: Any) -> float:
        if not self._schema.classes:
            number = as_float(encoded) if is_number(encoded) else np.nan
            return number if np.isfinite(number) else np.nan
        label = class_label(encoded)
        names = (self._use_case.features.classes.get(label), class_label(value), label)
        places = (self._places.get(name) for name in names if name is not None)
        return next((float(place) for place in places if place is not None), np.nan)


def _as_written(renamed: Mapping[str, str], classes: Sequence[str]) -> set[str]:
    """Return the names in data of which a table's reader would make that of another class, too."""
    places = {name: k for k, name in enumerate(classes)}
    places |= {label: places[name] for label, name in renamed.items() if name in places}
    alike: dict[str, set[int]] = {}
    for name, place in places.items():
        alike.setdefault(class_label(typed(name)), set()).add(place)
    return {name for name in places if len(alike[class_label(typed(name))]) > 1}


def _key(value: Any) -> Hashable:
    """Return what tells values apart, for to Python 1 and True are the same."""
    return type(value), value if isinstance(value, Hashable) else str(value)


def _plain(value: Any) -> Any:
    return value


def _with_comma(value: Any) -> Any:
    return typed(pointed_cell(value)) if isinstance(value, str) else value


def typed(value: Any) -> Any:
    """Return what a table's reader makes of a text: a number, true or false."""
    if not isinstance(value, str):
        return value
    if NUMBER.fullmatch(bare := value.strip(BLANKS)):
        # Of thousands of digits Python makes no integer.
        is_whole = len(bare) <= LONGEST_LABEL and bare.lstrip("+-").isdecimal()
        return int(bare) if is_whole else float(bare)
    return _WORDS.get(value.lower(), value)
