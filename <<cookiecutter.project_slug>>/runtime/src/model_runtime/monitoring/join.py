"""Predictions and outcomes, joined by ID on disk, so that memory does not depend on how many.

SQLite's file in a temporary folder has the outcomes, and of the predictions those that have one.
"""

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from msgspec import msgpack

from .event import Prediction
from .outcomes import Pair

T = TypeVar("T")

BATCH = 5_000
"""Rows that are written or read together."""

_answer_told = msgpack.Encoder().encode
_answer_read = msgpack.Decoder(dict[str, float]).decode
_outcome_told = json.JSONEncoder(default=str).encode

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -65536;
CREATE TABLE outcome (
    id TEXT PRIMARY KEY, value TEXT, records INTEGER, contradicts INTEGER
) WITHOUT ROWID;
CREATE TABLE prediction (
    id TEXT, version INTEGER, time REAL, answer BLOB, records INTEGER, PRIMARY KEY (id, version)
) WITHOUT ROWID;
"""

_OUTCOME = """
INSERT INTO outcome VALUES (?, ?, 1, 0) ON CONFLICT (id) DO UPDATE
SET records = records + 1, contradicts = contradicts OR value IS NOT excluded.value
"""

_PREDICTION = """
INSERT INTO prediction SELECT :id, :version, :time, :answer, 1
WHERE EXISTS (SELECT 1 FROM outcome WHERE id = :id)
ON CONFLICT (id, version) DO UPDATE SET
    answer = CASE WHEN excluded.time >= time THEN excluded.answer ELSE answer END,
    time = max(time, excluded.time),
    records = records + 1
"""

_OUTCOMES = """
SELECT count(*), total(contradicts), total(iif(contradicts, 0, records - 1)) FROM outcome
"""

_JOINED = """
SELECT time, version, answer, value FROM prediction JOIN outcome USING (id)
WHERE NOT contradicts ORDER BY id, version
"""


class Row(NamedTuple):
    """A prediction and what became of its entity."""

    time: float
    version: int
    answer: dict[str, float]
    outcome: Any


@dataclass(frozen=True)
class Counts:
    """The rows that were joined, and those that could not be."""

    joined: int
    """Predictions: of each entity the last of each version."""
    repeated: int
    """Earlier predictions for an entity by the same version."""
    without_id: int
    without_outcome: int
    outcomes: int
    """Entities with an outcome."""
    outcomes_without_id: int
    outcomes_open: int
    """Records that have no outcome yet."""
    outcomes_repeated: int
    """Further records of an outcome that say the same."""
    outcomes_contradicting: int
    """Entities whose records name different outcomes; none of them is joined."""
    outcomes_unpredicted: int


class Join:
    """The two tables; outcomes come first."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Make the tables."""
        self._database = database
        database.executescript(_TABLES)
        self._open = self._nameless_outcomes = 0
        self._read = self._nameless = self._matched = 0

    def add_outcomes(self, pairs: Iterable[Pair]) -> None:
        """Keep outcomes."""
        for batch in _batches(pairs):
            named = [(name, value) for name, value in batch if name is not None]
            known = [(name, _outcome_told(value)) for name, value in named if value is not None]
            self._nameless_outcomes += len(batch) - len(named)
            self._open += len(named) - len(known)
            self._database.executemany(_OUTCOME, known)

    def add_predictions(self, predictions: Iterable[Prediction]) -> None:
        """Keep those predictions that have an outcome."""
        for batch in _batches(predictions):
            rows = [
                {
                    "id": each.id,
                    "version": each.version,
                    "time": each.time,
                    "answer": _answer_told(each.answer),
                }
                for each in batch
                if each.id is not None
            ]
            self._read += len(batch)
            self._nameless += len(batch) - len(rows)
            self._matched += self._database.executemany(_PREDICTION, rows).rowcount

    def counts(self) -> Counts:
        """Count what there is."""
        total, contradicting, repeated = self._one(_OUTCOMES)
        (unpredicted,) = self._one(
            "SELECT count(*) FROM outcome WHERE id NOT IN (SELECT id FROM prediction)"
        )
        (distinct,) = self._one("SELECT count(*) FROM prediction")
        (joined,) = self._one(f"SELECT count(*) FROM ({_JOINED})")  # noqa: S608
        return Counts(
            joined=joined,
            repeated=self._matched - distinct,
            without_id=self._nameless,
            without_outcome=self._read - self._nameless - self._matched,
            outcomes=total,
            outcomes_without_id=self._nameless_outcomes,
            outcomes_open=self._open,
            outcomes_repeated=repeated,
            outcomes_contradicting=contradicting,
            outcomes_unpredicted=unpredicted,
        )

    def rows(self) -> Iterator[Row]:
        """Yield the joined rows, by ID."""
        for time, version, answer, value in self._database.execute(_JOINED):
            yield Row(time, version, _answer_read(answer), json.loads(value))

    def _one(self, query: str) -> tuple[int, ...]:
        return tuple(int(number) for number in self._database.execute(query).fetchone())


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch


@contextmanager
def joining() -> Iterator[Join]:
    """Yield empty tables, which are gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "join.sqlite")
        try:
            yield Join(database)
        finally:
            database.close()
