"""Logged answers as a model's outputs, also where only the most likely classes are logged."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ..bundle.schema import Schema
from ..tasks import TASKS


class AnswerColumns:
    """The columns of a bundle's outputs by the names that its log has for them."""

    def __init__(self, schema: Schema) -> None:
        """Know the classes of a bundle, or the one number of a regression."""
        names = schema.classes or TASKS[schema.task].names([])
        self._columns = {name: column for column, name in enumerate(names)}
        self.width = len(names)

    def fits(self, answer: Mapping[str, float]) -> bool:
        """Tell whether an answer is of this bundle's classes."""
        return bool(answer) and self._columns.keys() >= answer.keys()

    def outputs(self, answers: Sequence[Mapping[str, float]]) -> npt.NDArray[np.float64]:
        """Return the outputs (n, classes or 1); NaN for a class that is not logged.

        Where all classes but one are, that one has the rest.
        """
        found = np.full((len(answers), self.width), np.nan)
        for row, answer in enumerate(answers):
            for name, value in answer.items():
                found[row, self._columns[name]] = value
        if self.width > 1:
            unknown = np.isnan(found)
            rows = np.flatnonzero(unknown.sum(axis=1) == 1)
            found[rows, unknown[rows].argmax(axis=1)] = (1 - np.nansum(found[rows], axis=1)).clip(0)
        return found


def complete(outputs: npt.NDArray[np.float64]) -> bool:
    """Tell whether each row has all of its probabilities."""
    return not np.isnan(outputs).any()
