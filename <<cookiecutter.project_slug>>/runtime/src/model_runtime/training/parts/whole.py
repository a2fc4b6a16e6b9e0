"""All rows of a training in parts, of which some are in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...cluster import in_use
from ...counts import counted
from ...partitions import Part
from ...preprocessing import BasePreprocessor
from ..split import Split
from .moments import Moments, scale_exactly
from .parts import PREPARED, Batch, Parts
from .reading import Reading


@dataclass(frozen=True)
class Whole:
    """The parts, and what is known of their rows.

    Attributes:
        split: The sample to learn from in memory, and the rows held out.
        target: The target of those, as loaded.
        parts: In the data's order.
        reading: Reads and draws.
        numbers: The features of the moments.
        moments: Of all rows that are learned from.
        learned: How many those are.
        classes: The encoded target's values; none for a regression.
    """

    split: Split
    target: "pd.Series[Any]"
    parts: Sequence[Part]
    reading: Reading
    numbers: tuple[str, ...]
    moments: Moments
    learned: int
    classes: npt.NDArray[Any] | None

    @property
    def rows(self) -> int:
        """The number of rows."""
        return sum(part.rows for part in self.parts)

    def __str__(self) -> str:
        """Say how the rows are learned from."""
        sample, held = (len(rows.X) for rows in (self.split.train, self.split.test))
        return (
            f"{counted(self.learned, 'row')} in {counted(len(self.parts), 'part')}; {sample:,} "
            f"drawn for the Preprocessor, the folds and the proof, {held:,} held out"
        )

    def section(self) -> list[str]:
        """Return the model card's lines."""
        return [
            "## More rows than memory holds",
            "",
            f"`train_model` got {self}. Labels, means and standard deviations are those of all "
            "rows; medians, the target's means for labels, and words are the sample's. Folds, "
            "baseline and importance are of these rows in memory.",
            "",
        ]

    def held_out(self) -> pd.DataFrame:
        """Return the rows held out as a loader would: with the target, and the weight if any."""
        features, rows = self.reading.use_case.features, self.split.test
        frame = rows.X.assign(**{features.target: self.target})
        return frame if features.weight is None else frame.assign(**{features.weight: rows.weight})

    def prepare(self, preprocessor: BasePreprocessor, columns: int, seed: int) -> Parts:
        """Return what `train_model` gets, once a Preprocessor is fitted on the sample."""
        self._scale(preprocessor)
        cluster, rows = in_use(), self.split.train
        cluster.prepare(PREPARED, partial(_same, _Batches(self.reading, preprocessor, columns)))
        return Parts(
            (self.learned, columns),
            self.classes,
            rows.weight is not None,
            seed,
            cluster,
            self.parts,
            Batch(preprocessor.transform(rows.X), np.asarray(rows.y), rows.weight),
        )

    def _scale(self, preprocessor: BasePreprocessor) -> None:
        kind = type(preprocessor)
        own = ("build_transformer", "fit", "transform")
        if all(getattr(kind, name) is getattr(BasePreprocessor, name) for name in own):
            numbers = [*self.numbers]
            scale_exactly(preprocessor.transformer_, numbers, self.moments, self.learned)


@dataclass(frozen=True)
class _Batches:
    """Makes the batch of a part, in a worker."""

    reading: Reading
    preprocessor: BasePreprocessor
    columns: int

    def __call__(self, part: Part) -> Batch:
        read = self.reading(part)
        left = np.flatnonzero(read.left)
        rows = read.rows.take(left)
        y, weight = np.asarray(rows.y), None if rows.weight is None else read.left[left]
        if not len(left):
            return Batch(np.empty((0, self.columns)), y, weight)
        return Batch(self.preprocessor.transform(rows.X), y, weight)


def _same(thing: Any) -> Any:
    """Return it: what `Cluster.prepare` calls in each process."""
    return thing
