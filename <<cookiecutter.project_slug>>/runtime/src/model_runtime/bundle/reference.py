"""reference.json: how features and answers were spread at training, for whoever looks for drift.

It holds counts and bounds, never a row: what fewer than `FEWEST` rows have is in no bin of its own.
A service verifies its hash, like that of all files, and reads no further.
"""

from abc import ABC, abstractmethod
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..counts import counted
from ..errors import ProjectError
from ..features.date import iso_date
from ..tasks import Outputs, class_indices
from .parts import fit, parse

Values = npt.NDArray[Any]
"""Shape (n,): floats, NaN for missing; or texts, the empty one for missing."""

FEWEST = 5
"""Rows that a value, a label or a range stands for at least."""

MOST = 50
"""Values or labels that have a bin each; the others share one."""

_FORM = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

_Counts = Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=2)]


class Spread(BaseModel, ABC):
    """Rows in bins; the last bin is of the rows that have no value."""

    model_config = _FORM

    counts: _Counts

    @property
    @abstractmethod
    def names(self) -> list[str]:
        """The bins' names, in their order."""

    def count(self, values: Values) -> npt.NDArray[np.int64]:
        """Return how many values are in each bin, shape (bins,)."""
        present = ~np.isnan(values) if values.dtype.kind == "f" else values != ""
        places = np.full(len(values), len(self.counts) - 1)
        places[present] = self._places(values[present])
        return np.bincount(places, minlength=len(self.counts))

    @abstractmethod
    def _places(self, present: Values) -> npt.NDArray[np.intp]:
        """Return the bin of each value that is there."""

    @model_validator(mode="after")
    def _has_a_count_for_each_bin(self) -> Self:
        if len(self.counts) != len(self.names):
            raise ValueError(
                f"{counted(len(self.names), 'bin has', 'bins have')} "
                f"{counted(len(self.counts), 'count')}"
            )
        return self


class Ranges(Spread):
    """Numbers, days since 1970-01-01, or the lengths of texts in characters, in ranges.

    They lie between ascending edges; an edge belongs to the range below it.
    """

    kind: Literal["values", "lengths", "dates"]
    edges: list[float] = Field(min_length=1)

    @property
    def names(self) -> list[str]:
        """See `Spread`."""
        edges = [iso_date(edge) if self.kind == "dates" else f"{edge:.4g}" for edge in self.edges]
        between = [f"{low} to {high}" for low, high in pairwise(edges)]
        return [f"up to {edges[0]}", *between, f"above {edges[-1]}", MISSING]

    def _places(self, present: Values) -> npt.NDArray[np.intp]:
        lengths = self.kind == "lengths"
        numbers = np.array([len(text) for text in present], np.float64) if lengths else present
        return np.searchsorted(self.edges, numbers, side="left")


class Singles(Spread):
    """Numbers or labels, a bin each, and a bin for all others."""

    kind: Literal["singles"] = "singles"
    singles: list[float | str] = Field(max_length=MOST)

    @property
    def names(self) -> list[str]:
        """See `Spread`."""
        named = [f"{each:.6g}" if isinstance(each, float) else each for each in self.singles]
        return [*named, OTHERS, MISSING]

    def _places(self, present: Values) -> npt.NDArray[np.intp]:
        own = {value: place for place, value in enumerate(self.singles)}
        return np.array([own.get(value, len(own)) for value in present.tolist()], np.intp)


OTHERS, MISSING = "(others)", "(missing)"

AnySpread = Annotated[Ranges | Singles, Field(discriminator="kind")]


class Reference(BaseModel):
    """The whole of reference.json.

    `features` are those of the rows that the model learned from, by name; `answers` those to the
    rows held out, see `answers_of`.
    """

    model_config = _FORM

    features: dict[str, AnySpread] = {}
    answers: dict[str, AnySpread] = {}


def answers_of(outputs: Outputs, classes: list[str]) -> dict[str, Values]:
    """Return what is counted of answers, by name.

    Of a classification the `class` and the `probability` of it, of two classes of the second; of a
    regression the `prediction`.
    """
    if not classes:
        return {"prediction": outputs[:, 0].astype(np.float64)}
    named = np.array(classes, dtype=object)[class_indices(outputs)]
    probability = outputs[:, 1] if len(classes) == 2 else outputs.max(axis=1)
    return {"class": named, "probability": probability.astype(np.float64)}


def written(reference: Reference) -> bytes:
    """Return the file's content."""
    return reference.model_dump_json(indent=1).encode() + b"\n"


def read_reference(content: bytes, file: Path) -> Reference:
    """Return the reference of a bundle.

    Raises:
        ProjectError: The file is none, or nothing was counted.
    """
    found = fit(Reference, parse(content, file), file)
    if not found.answers:
        raise ProjectError(
            f"{file} has no spread of the answers: too few rows were held out at training."
        )
    return found
