"""The data set of a training run: loaded, held against features.yaml, and its origin noted."""

from dataclasses import dataclass, replace

from ..bundle.metadata import Data
from .classes import Names
from .provenance import fingerprint
from .rows import Rows
from .use_case import UseCase


@dataclass(frozen=True)
class Dataset:
    """Rows to learn from, the names that each class may have, and where the rows come from.

    `tags` are the loader's own, which the bundle keeps.
    """

    rows: Rows
    names: Names
    origin: Data
    tags: dict[str, str]

    def __str__(self) -> str:
        """Give its size."""
        return f"{len(self.rows.X):,} rows, {self.origin.columns} columns; they fit features.yaml"


def load(use_case: UseCase) -> Dataset:
    """Load a use case's data; the loaded frame itself is not kept.

    Raises:
        ProjectError: The data do not fit features.yaml.
    """
    frame = use_case.load()
    rows = use_case.rows(frame)
    # A column of its own, for a view would keep all of the frame in memory.
    rows = replace(rows, y=rows.y.copy())
    names = use_case.names(frame, rows.y)
    return Dataset(rows, names, fingerprint(frame, len(rows)), frame.attrs.get("tags", {}))
