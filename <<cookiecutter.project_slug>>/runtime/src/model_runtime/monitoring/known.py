"""The predictions whose outcome is known: a log and outcomes, joined."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import polars as pl

from ..bundle.schema import Schema
from ..counts import counted
from ..evaluation.truth import Truth
from ..progress import Progress
from ..training.use_case import UseCase
from .answers import AnswerColumns
from .event import Prediction
from .join import BATCH, Counts, Join, Row, joining
from .outcomes import Outcomes
from .performance import Known
from .source import Log

MOST_VALUES = 32 * 2**20
"""Probabilities that are held at once; of more rows, so many are drawn at random."""


@dataclass
class Joined:
    """Predictions with outcomes, and what was counted on the way."""

    log: Log
    outcomes: Outcomes
    known: Known
    counts: Counts
    strange: int
    """Predictions with classes that the bundle doesn't have."""
    untold: int
    """Joined predictions whose outcome is none of the classes, or no number."""

    def left_out(self) -> list[str]:
        """Say what could not be measured, and how many of each."""
        counts, outcomes = self.counts, self.outcomes
        identity, target = f"'{outcomes.id_name}'", f"'{outcomes.target}'"
        unread = f"(first {outcomes.first_unreadable})"
        same = "for the same ID by the same version"
        untold = (f"joined outcome of {target} is", f"joined outcomes of {target} are")
        has = ("prediction has", "predictions have")
        known = ("outcome has", "outcomes have")
        reasons = [
            (counts.without_id, *has, f"no {identity}"),
            (counts.without_outcome, *has, "no outcome"),
            (counts.repeated, "prediction is an earlier one", "predictions are earlier ones", same),
            (
                self.strange,
                "prediction names",
                "predictions name",
                "classes that the bundle doesn't have",
            ),
            (counts.outcomes_without_id, *known, f"no {identity}"),
            (counts.outcomes_open, *known, f"no {target} yet"),
            (counts.outcomes_repeated, "outcome says", "outcomes say", "again what another did"),
            (
                counts.outcomes_contradicting,
                "ID has",
                "IDs have",
                "outcomes that contradict each other",
            ),
            (counts.outcomes_unpredicted, *known, "no prediction"),
            (outcomes.unreadable, "outcome", "outcomes", f"can't be read {unread}"),
            (self.untold, *untold, "none of the model's"),
            (self.not_drawn, "joined prediction was", "joined predictions were", "not drawn"),
        ]
        said = (f"{counted(n, one, more)} {rest}" for n, one, more, rest in reasons if n)
        return [*self.log.left_out(), *said]

    @property
    def not_drawn(self) -> int:
        """The number of rows that are too many to be held at once."""
        return self.counts.joined - self.untold - len(self.known)


def read_known(
    use_case: UseCase, schema: Schema, log: Log, outcomes: Outcomes, seed: int, progress: Progress
) -> Joined:
    """Join a log with outcomes.

    Args:
        use_case: For the outcomes' encoding.
        schema: The bundle's.
        log: The predictions.
        outcomes: The outcomes, which are read first.
        seed: For the rows that are drawn, where they are too many.
        progress: Shows the steps.

    Raises:
        ProjectError: Something can't be read, or there is no prediction.
    """
    fitting = _Fitting(AnswerColumns(schema))
    with joining() as join:
        with progress.step("outcomes") as step:
            join.add_outcomes(outcomes.pairs())
            step.found = f"{outcomes.read:,} in {outcomes.path}"
        with progress.step("log") as step:
            join.add_predictions(fitting.of(log.predictions()))
            step.found = f"{counted(log.used, 'prediction')} in {log.source}"
        with progress.step("join") as step:
            counts = join.counts()
            known, untold = _read(
                join, counts, fitting.columns, Truth(use_case, schema), schema, seed
            )
            step.found = (
                f"{counted(counts.joined, 'prediction has', 'predictions have')} an outcome"
            )
    return Joined(log, outcomes, known, counts, fitting.strange, untold)


@dataclass
class _Fitting:
    """Passes predictions whose classes are known, and counts the others."""

    columns: AnswerColumns
    strange: int = field(default=0)

    def of(self, predictions: Iterator[Prediction]) -> Iterator[Prediction]:
        for each in predictions:
            if self.columns.fits(each.answer):
                yield each
            else:
                self.strange += 1


def _read(
    join: Join, counts: Counts, columns: AnswerColumns, truth: Truth, schema: Schema, seed: int
) -> tuple[Known, int]:
    """Return the joined rows, or as many as can be held, and how many have no usable outcome."""
    most = MOST_VALUES // columns.width
    rows = join.rows()
    drawn = np.ones(counts.joined, bool)
    if counts.joined > most:
        left_out = np.random.default_rng(seed).permutation(counts.joined)[most:]
        drawn[left_out] = False
    parts, untold = [_nothing(columns)], 0
    for begin in range(0, counts.joined, BATCH):
        batch = list(islice(rows, BATCH))
        kept = [row for row, keep in zip(batch, drawn[begin : begin + BATCH], strict=True) if keep]
        part = _part(kept, columns, truth, schema)
        usable = ~np.isnan(part.truth)
        untold += int((~usable).sum())
        parts.append(part.take(usable))
    return _stacked(parts), untold


def _part(rows: list[Row], columns: AnswerColumns, truth: Truth, schema: Schema) -> Known:
    # The log has no features for certain, so outcomes are encoded beside missing ones.
    missing = pl.DataFrame(
        {
            f"f{k}": pl.Series(
                [None if feature.numeric else ""] * len(rows), dtype=_type(feature.numeric)
            )
            for k, feature in enumerate(schema.features)
        }
    )
    return Known(
        np.array([row.time for row in rows], np.float64),
        np.array([row.version for row in rows], np.int64),
        truth([row.outcome for row in rows], missing),
        columns.outputs([row.answer for row in rows]),
    )


def _type(numeric: bool) -> type[pl.Float64] | type[pl.String]:
    return pl.Float64 if numeric else pl.String


def _nothing(columns: AnswerColumns) -> Known:
    empty = np.empty(0)
    return Known(empty, np.empty(0, np.int64), empty, np.empty((0, columns.width)))


def _stacked(parts: list[Known]) -> Known:
    return Known(
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.versions for part in parts]),
        np.concatenate([part.truth for part in parts]),
        np.vstack([part.outputs for part in parts]),
    )
