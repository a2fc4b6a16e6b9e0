"""The data set of a training run: loaded, held against features.yaml, and its origin noted."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..bundle.metadata import Data
from ..counts import counted
from ..hooks import in_partitions
from ..settings import Training
from ..tasks import TaskName
from .classes import Names
from .provenance import fingerprint
from .rows import Rows
from .split import Split, split
from .use_case import UseCase

if TYPE_CHECKING:
    from .parts.whole import Whole


@dataclass(frozen=True)
class Dataset:
    """Rows to learn from, the names that each class may have, and where the rows come from.

    `tags` are the loader's own, which the bundle keeps. Where the data come in parts, `rows` are
    those that are in memory, and `whole` speaks of all.
    """

    rows: Rows
    names: Names
    origin: Data
    tags: dict[str, str]
    whole: "Whole | None" = None

    def split(self, options: Training, task: TaskName) -> Split:
        """Hold rows out: of rows in parts, those that were held out when they were loaded.

        Raises:
            ProjectError: There are too few rows for that.
        """
        if self.whole:
            return self.whole.split
        return split(self.rows, options.test_size, options.seed, task)

    def __str__(self) -> str:
        """Give its size."""
        rows = counted(self.whole.rows if self.whole else len(self.rows.X), "row")
        return f"{rows}, {counted(self.origin.columns, 'column')}; they fit features.yaml"


def load(use_case: UseCase, options: Training) -> Dataset:
    """Load a use case's data; the loaded frame itself is not kept.

    Args:
        use_case: The hooks.
        options: How data in parts are drawn from.

    Raises:
        ProjectError: The data do not fit features.yaml.
    """
    if in_partitions(use_case.data_loader()):
        from .parts.load import load_parts

        return load_parts(use_case, options)
    frame = use_case.load()
    rows = use_case.rows(frame)
    # A column of its own, for a view would keep all of the frame in memory.
    rows = replace(rows, y=rows.y.copy())
    names = use_case.names(frame, rows.y)
    return Dataset(rows, names, fingerprint(frame, len(rows)), frame.attrs.get("tags", {}))
