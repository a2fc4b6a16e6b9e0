"""Predict blocks of rows with a bundle's engine."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from ..bundle.engines import Columns, Engine, Unanswerable
from ..bundle.schema import Schema
from ..tasks import TASKS, Outputs

PIECE = 16_384
"""Rows that an engine is asked about at once."""

ALIKE = 0.5
"""Share of distinct rows in a block above which finding those alike is not worth its time."""

_LOOK_AGAIN = 16
"""Blocks after which it is tried once more."""


@dataclass(frozen=True)
class Predicted:
    """Outputs in double precision, shape (n, classes or 1), and why rows have none (NaN)."""

    outputs: npt.NDArray[np.float64]
    refused: dict[int, str]


class BlockPredictor:
    """Predicts blocks of rows with an engine, on several threads.

    Each piece of a block has a thread to itself and the engine has one for each piece, so a row's
    answer is to the last bit the one that the service gives.
    """

    def __init__(self, engine: Engine, schema: Schema, pool: ThreadPoolExecutor) -> None:
        """Ask an engine on the threads of a pool."""
        self._engine, self._schema, self._pool = engine, schema, pool
        self._wait = 0

    def __call__(self, features: pl.DataFrame) -> Predicted:
        """Answer each row; rows that are alike are asked about once.

        Args:
            features: The columns f0, f1, … of `Checked`.
        """
        if self._wait:
            self._wait -= 1
            return self._predict(features)
        distinct = features.unique()
        if distinct.height > ALIKE * features.height:
            self._wait = _LOOK_AGAIN
            return self._predict(features)
        predicted = self._predict(distinct)
        where = features.join(
            distinct.with_row_index("place"),
            on=features.columns,
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )["place"].to_numpy()
        refused = {
            k: predicted.refused[place]
            for k, place in enumerate(where.tolist() if predicted.refused else [])
            if place in predicted.refused
        }
        return Predicted(predicted.outputs[where], refused)

    def _predict(self, features: pl.DataFrame) -> Predicted:
        columns = self._columns(features)
        refused: dict[int, str] = {}
        starts = range(0, features.height, PIECE)
        stops = [min(start + PIECE, features.height) for start in starts]
        pieces = self._pool.map(lambda a, b: self._piece(columns, a, b, refused), starts, stops)
        width = len(self._schema.classes) or 1
        outputs = np.vstack([np.empty((0, width)), *pieces])
        within_range = TASKS[self._schema.task].within_range
        return Predicted(np.asarray(within_range(outputs), np.float64), refused)

    def _piece(self, columns: Columns, start: int, stop: int, refused: dict[int, str]) -> Outputs:
        try:
            return self._engine.run({name: part[start:stop] for name, part in columns.items()})
        except Unanswerable as error:
            if stop - start == 1:
                refused[start] = f"The model has no answer for these values: {error}."
                return np.full((1, len(self._schema.classes) or 1), np.nan)
        middle = (start + stop) // 2
        halves = [self._piece(columns, a, b, refused) for a, b in ((start, middle), (middle, stop))]
        return np.vstack(halves)

    def _columns(self, features: pl.DataFrame) -> Columns:
        return {
            feature.name: column.to_numpy().reshape(-1, 1)
            if feature.numeric
            else np.array(column.to_list(), dtype=object).reshape(-1, 1)
            for feature, column in zip(self._schema.features, features, strict=True)
        }
