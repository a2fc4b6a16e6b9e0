"""Read rows, and ask a bundle about those that its API would accept."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from ..bundle.engines import Engine
from ..bundle.schema import Schema
from ..scoring.check import Checked, pointed
from ..scoring.explain import Reject, short
from ..scoring.inputs import Input
from ..scoring.predict import BlockPredictor
from ..scoring.run import cores


@dataclass(frozen=True)
class Answered:
    """Rows that have an answer.

    `features` has the columns f0, f1, … of `Checked` and n rows; `outputs` the shape (n, classes or
    1); `beside` the values that the file has beside, n each, with its decimal sign; `places` each
    row's number and line.
    """

    features: pl.DataFrame
    outputs: npt.NDArray[np.float64]
    beside: Mapping[str, list[Any]]
    places: list[tuple[int, int | None]]
    decimal: str = "."

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.places)

    def take(self, kept: npt.NDArray[np.bool_]) -> "Answered":
        """Return those rows that are kept."""
        rows = np.flatnonzero(kept)
        return Answered(
            self.features.filter(pl.Series(kept)),
            self.outputs[rows],
            {name: [values[k] for k in rows] for name, values in self.beside.items()},
            [self.places[k] for k in rows],
            self.decimal,
        )

    def numbers(self, name: str) -> list[Any]:
        """Return the values that the file has beside, where they are numbers, with a point."""
        values = self.beside.get(name, [])
        if self.decimal == ".":
            return values
        return [pointed(value) if isinstance(value, str) else value for value in values]

    def rejects(self, wrong: npt.NDArray[np.bool_], field: str, reason: str) -> list[Reject]:
        """Say of some rows why they can't be measured; the value is the one beside."""
        values = self.beside.get(field)
        return [
            Reject(*self.places[k], field, reason, "" if values is None else short(values[k]))
            for k in np.flatnonzero(wrong).tolist()
        ]


def answer(
    records: Input, engine: Engine, schema: Schema, show: Callable[[int, int], None]
) -> tuple[Answered, list[Reject]]:
    """Return all rows that have an answer, and say why the others have none.

    Args:
        records: The rows.
        engine: The bundle's.
        schema: Likewise.
        show: Is told how much is done of how much.
    """
    rejects: list[Reject] = []
    parts = []
    pool = ThreadPoolExecutor(cores())
    try:
        predictor = BlockPredictor(engine, schema, pool)
        for block in records.blocks():
            found = predictor(block.features)
            part = _answered(block, found.outputs)
            refused = np.zeros(len(part), bool)
            refused[list(found.refused)] = True
            rejects += block.rejects
            rejects += [Reject(*part.places[k], None, why) for k, why in found.refused.items()]
            parts.append(part.take(~refused) if refused.any() else part)
            show(records.done, records.total)
    finally:
        pool.shutdown(cancel_futures=True)
    return _joined(parts, schema), rejects


def _answered(block: Checked, outputs: npt.NDArray[np.float64]) -> Answered:
    numbers: list[int] = block.records.tolist()
    lines: list[int | None] = [None] * len(numbers) if block.lines is None else block.lines.tolist()
    places = list(zip(numbers, lines, strict=True))
    return Answered(block.features, outputs, block.beside, places, block.decimal)


def _joined(parts: list[Answered], schema: Schema) -> Answered:
    if not parts:
        width = len(schema.classes) or 1
        return Answered(pl.DataFrame(), np.empty((0, width)), {}, [])
    return Answered(
        pl.concat([part.features for part in parts]),
        np.vstack([part.outputs for part in parts]),
        {
            name: [value for part in parts for value in part.beside[name]]
            for name in parts[0].beside
        },
        [place for part in parts for place in part.places],
        parts[0].decimal,
    )
