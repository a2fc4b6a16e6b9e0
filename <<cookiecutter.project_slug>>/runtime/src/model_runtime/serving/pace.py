"""The number of rows for which an event loop may wait, by how fast a model is here."""

import time

from ..bundle.engines import Engine
from ..bundle.rows import columns_from
from ..bundle.schema import Schema

_SECONDS = 0.001
"""Time for which an event loop may wait: less than it takes another thread to hand an answer over
under load, and too little for a probe to notice."""
_TRIED_ROWS, _TRIES, _PATIENCE = 64, 5, 0.05
"""Rows in a trial, how often it is repeated, and the seconds after which it is not again."""


def inline_rows(engine: Engine, schema: Schema) -> int:
    """Return how many rows an engine answers while an event loop may wait for it, 0 for none."""
    most = engine.inline_rows
    if most <= 1:
        return most
    row = [schema.example[feature.name] for feature in schema.features]
    columns = columns_from(schema.features, [row] * _TRIED_ROWS)
    begin, best = time.perf_counter(), float("inf")
    for _ in range(_TRIES):
        before = time.perf_counter()
        engine.run(columns)
        now = time.perf_counter()
        best = min(best, now - before)
        if now - begin > _PATIENCE:
            break
    return min(most, int(_TRIED_ROWS * _SECONDS / best))
