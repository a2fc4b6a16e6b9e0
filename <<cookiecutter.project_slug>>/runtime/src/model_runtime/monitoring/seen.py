"""The questions to a model and its answers: of a log, or of a file that is scored here."""

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ..bundle.read import Bundle
from ..bundle.reference import Values, answers_of
from ..features import Feature, Misfit
from ..progress import advance
from ..scoring.open_input import open_input
from ..scoring.predict import BlockPredictor
from ..scoring.run import check_format, cores, opened
from ..tables.form import AskedForm
from .answers import AnswerColumns
from .event import Prediction
from .join import BATCH
from .periods import Unit, starts
from .source import Log
from .tally import Tally


@dataclass
class Seen:
    """The counts, and what could not be."""

    rows: int = 0
    of_other_versions: int = 0
    """Predictions whose answers another version gave; their features are counted."""
    strange: int = 0
    """Predictions with classes that the bundle doesn't have."""
    rejected: int = 0
    """Rows of a file that the API would refuse."""
    hidden: set[str] = field(default_factory=set)
    """Features that the log hashes."""


def count_log(
    tally: Tally, log: Log, bundle: Bundle, unit: Unit, hashed: Collection[str] = ()
) -> Seen:
    """Count a log's predictions.

    Args:
        tally: Where they are counted.
        log: The predictions.
        bundle: Whose features and classes they are.
        unit: The shortest periods that are told apart.
        hashed: Features that are said to be: a text's hash is a text. That of another is none of
            its values, and known by itself.

    Raises:
        ProjectError: The log can't be read, or has no prediction.
    """
    seen, columns = Seen(), AnswerColumns(bundle.schema)
    shown = [
        _Shown(each, each.name in hashed)
        for each in bundle.schema.features
        if ("feature", each.name) in tally.columns
    ]
    predictions = log.predictions()
    while batch := list(islice(predictions, BATCH)):
        seen.rows += len(batch)
        begins = starts(np.array([each.time for each in batch]), unit).astype(np.int64)
        for begin in np.unique(begins).tolist():
            rows = [each for each, own in zip(batch, begins.tolist(), strict=True) if own == begin]
            _count_answers(tally, rows, begin, bundle, columns, seen)
            for feature in shown:
                if len(values := feature.values(rows)):
                    tally.add(("feature", feature.name), begin, values)
    for feature in shown:
        if feature.hidden:
            seen.hidden.add(feature.name)
            tally.forget(("feature", feature.name))
    return seen


def _count_answers(
    tally: Tally,
    rows: list[Prediction],
    begin: float,
    bundle: Bundle,
    columns: AnswerColumns,
    seen: Seen,
) -> None:
    own = [each for each in rows if each.version == bundle.metadata.version]
    seen.of_other_versions += len(rows) - len(own)
    told = [each.answer for each in own if columns.fits(each.answer)]
    seen.strange += len(own) - len(told)
    outputs = np.nan_to_num(columns.outputs(told))
    for name, values in answers_of(outputs, bundle.schema.classes).items():
        if told and ("answer", name) in tally.columns:
            tally.add(("answer", name), begin, values)


class _Shown:
    """A feature, as a log shows it; `hidden` where it is hashed."""

    def __init__(self, feature: Feature, hashed: bool) -> None:
        self.name, self.hidden = feature.name, False
        self._is_hash = hashed and feature.type == "text"
        self._rule, self._numeric = feature.rule, feature.numeric

    def values(self, rows: Iterable[Prediction]) -> Values:
        """Return the values of those rows that show the feature, in the model's form."""
        sent = [row.features[self.name] for row in rows if self.name in row.features]
        self.hidden |= self._is_hash and bool(sent)
        return np.array(list(self._read(sent)), np.float64 if self._numeric else object)

    def _read(self, sent: list[Any]) -> Iterator[Any]:
        for value in sent:
            try:
                empty = value is None or (value == "" and self._rule.empty_is_missing)
                yield self._rule.missing if empty else self._rule.read(value)
            except Misfit:  # what was served fits, so this is a hash
                self.hidden = True
                return


def count_file(
    tally: Tally, file: Path, bundle: Bundle, trusted_types: tuple[str, ...], form: AskedForm
) -> Seen:
    """Count a file's rows, as one period, and the bundle's answers to them.

    Raises:
        ProjectError: The file can't be read, or lacks what the model needs.
    """
    check_format(file, "INPUT")
    seen, schema = Seen(), bundle.schema
    engine = bundle.engine(trusted_types)
    with (
        opened(file) as content,
        ThreadPoolExecutor(cores()) as pool,
        open_input(file, file.suffix.lower(), content, schema, form) as records,
    ):
        predictor = BlockPredictor(engine, schema, pool)
        for block in records.blocks():
            seen.rows += block.features.height
            seen.rejected += len({each.record for each in block.rejects})
            for k, feature in enumerate(schema.features):
                if ("feature", feature.name) in tally.columns and block.features.height:
                    column = block.features[f"f{k}"]
                    numbers = column.to_numpy() if feature.numeric else column.to_list()
                    values = np.array(numbers, np.float64 if feature.numeric else object)
                    tally.add(("feature", feature.name), 0, values)
            outputs = predictor(block.features).outputs
            outputs = outputs[~np.isnan(outputs).any(axis=1)]
            for name, values in answers_of(outputs, schema.classes).items() if len(outputs) else ():
                if ("answer", name) in tally.columns:
                    tally.add(("answer", name), 0, values)
            advance(records.done, records.total, "read")
    return seen
