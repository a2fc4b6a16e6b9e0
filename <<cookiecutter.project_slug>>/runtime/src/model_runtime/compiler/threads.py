"""Threads of OpenMP, by which scikit-learn's boosted trees answer: one for few rows."""

from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

FEW = 10_000
"""Rows that one thread answers as soon as many: they would wait for each other at every tree."""


@contextmanager
def one_thread_for_few(rows: int) -> Iterator[None]:
    """Let few rows be answered by one thread until the block ends.

    Threads that wait keep their cores busy; where others use these, too, a tree takes hundreds of
    times as long as it works.
    """
    with threadpool_limits(1 if rows <= FEW else None, user_api="openmp"):
        yield
