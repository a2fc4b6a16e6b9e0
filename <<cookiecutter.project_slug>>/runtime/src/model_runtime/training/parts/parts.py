"""The rows that `train_model` gets in parts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from ...cluster import Cluster, prepared
from ...counts import counted
from ...errors import ProjectError
from ...partitions import Part

PREPARED = "training.parts"
"""The name under which each process has a function of a part to its batch."""

Result = TypeVar("Result")


@dataclass(frozen=True)
class Batch:
    """Rows of a part as an estimator learns from them, those that are held out left out.

    `X` is as the Preprocessor gives it, shape (n, columns); `y` and `weight` have n values, and
    `weight` is None where features.yaml names none. n may be 0.
    """

    X: Any
    y: npt.NDArray[Any]
    weight: npt.NDArray[np.int64] | None = None


class Preparing(Protocol):
    """Makes a part's batch."""

    def __call__(self, part: Part) -> Batch:
        """Read, hold out and prepare."""


def batch(part: Part) -> Batch:
    """Return a part's batch: to be called in a process that `Parts.each` or `batches` use."""
    preparing: Preparing = prepared(PREPARED)
    return preparing(part)


@dataclass(frozen=True)
class Parts:
    """Prepared rows in parts, which stand where X stands otherwise.

    Attributes:
        shape: Rows, counted once whatever they weigh, and columns.
        classes: The values of the target, sorted; None for a regression.
        weighted: Whether batches have weights.
        seed: For whatever is drawn.
        cluster: Where the parts are worked on.
        parts: What `batch` takes, in the data's order.
        sample: Some rows in memory, drawn from all parts.
    """

    shape: tuple[int, int]
    classes: npt.NDArray[Any] | None
    weighted: bool
    seed: int
    cluster: Cluster
    parts: Sequence[Part]
    sample: Batch

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self.shape[0]

    def batches(self, number: int = 0) -> Iterator[Batch]:
        """Yield all batches once; workers prepare them ahead, a few at a time.

        Args:
            number: Of the pass over the parts: each has another order, the same each time.
        """
        order = np.random.default_rng((self.seed, number)).permutation(len(self.parts))
        yield from self.cluster.in_order(batch, [self.parts[k] for k in order])

    def each(self, function: Callable[[Part], Result]) -> Iterator[tuple[Part, Result]]:
        """Call a function of a module for each part, where `batch(part)` can be called."""
        return self.cluster.each(function, self.parts)

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse to be held in memory.

        Raises:
            ProjectError: An estimator's own `fit` was called.
        """
        raise ProjectError(
            f"train_model got {counted(len(self), 'row')} in parts (load_partitions). Say `return "
            "fit_in_parts(estimator, X, y)` to learn from all of them, or learn from some: "
            "`estimator.fit(X.sample.X, X.sample.y)`, or search likewise."
        )
