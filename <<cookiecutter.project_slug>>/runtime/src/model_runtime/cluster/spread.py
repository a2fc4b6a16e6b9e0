"""Calls of a function for many pieces, by whatever there is to work on them."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from .connect import in_use
from .pieces import Here, Piece, Result

MOST_THREADS = 8


def spread(function: Callable[[Piece], Result], pieces: Iterable[Piece]) -> Iterator[Result]:
    """Yield what a function makes of each piece, in any order: for hooks with much to read.

    By the workers that `CLUSTER=…` names, else by threads of this process, one a core and eight at
    most: they are of use where the function waits, or calls what lets go of Python's lock, as
    polars, pyarrow and NumPy do.

    Args:
        function: One of a module, for it travels to workers by its name; it gives the same result
            if it is called again, since a piece of a worker that died is another's.
        pieces: Small things such as paths. A piece takes a worker 10 ms beside the work itself, so
            that many small files belong together.

    Raises:
        ProjectError: See `Cluster.each`; and whatever the function raises.
    """
    cluster = in_use()
    if isinstance(cluster, Here):
        with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as pool:
            yield from pool.map(function, pieces)
        return
    for _, result in cluster.each(function, pieces):
        yield result
