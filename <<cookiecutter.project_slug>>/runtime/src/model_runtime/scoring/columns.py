"""The columns of what is written."""

import numpy as np
import numpy.typing as npt
import polars as pl

from ..bundle.read import Bundle
from ..bundle.schema import Schema
from ..errors import ProjectError
from ..tasks import TASKS, class_indices
from .check import Checked


class Columns:
    """The output's columns: the ID, `record`, the answer in the API's words, `model_version`."""

    def __init__(self, bundle: Bundle) -> None:
        """Settle the columns for a bundle.

        Raises:
            ProjectError: The ID has the name of an answer.
        """
        self.schema: Schema = bundle.schema
        self._version = bundle.metadata.version
        self._answers = TASKS[bundle.schema.task].names(bundle.schema.flags)
        theirs = [*self._answers, *([self.schema.id] if self.schema.id else [])]
        if len(set(theirs)) < len(theirs):
            raise ProjectError(
                f"'{self.schema.id}' is the ID's name in features.yaml and that of an answer; the "
                "output can't have two columns of one name. Rename one and train again."
            )
        self._record, self._class, self._model = (
            _free(name, theirs) for name in ("record", "class_name", "model_version")
        )

    def frame(self, block: Checked, outputs: npt.NDArray[np.float64]) -> pl.DataFrame:
        """Return the output of a block's rows."""
        found = {} if block.ids is None else {str(self.schema.id): block.ids}
        found[self._record] = pl.Series(block.records)
        if self.schema.classes:
            names = pl.Series(self.schema.classes, dtype=pl.String)
            found[self._class] = names.gather(class_indices(outputs))
        for k, name in enumerate(self._answers):
            found[name] = pl.Series(outputs[:, k])
        return pl.DataFrame(found).with_columns(pl.lit(self._version).alias(self._model))


def _free(name: str, taken: list[str]) -> str:
    """Return a name that is not taken: the given one, with as many underscores as that needs."""
    return _free(f"{name}_", taken) if name in taken else name
