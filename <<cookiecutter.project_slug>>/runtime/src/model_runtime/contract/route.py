"""The base of the prediction routes: from a request's bytes to rows, or to a refusal."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from ..bundle.schema import Schema
from ..tasks import TASKS, Outputs
from .findings import Row
from .problems import Refusal, invalid
from .read_json import demand_once, read_json
from .requests import Shape

_SMALL = 16 * 1024
"""Bytes up to which a key that stands twice is looked for even where a request does not fit."""


class Unfit(Exception):
    """A request that does not fit; the reason is searched when it is asked for."""

    def __init__(self, shape: Shape, sent: Any) -> None:
        """Keep what was sent."""
        super().__init__()
        self._shape, self._sent = shape, sent

    def refusal(self) -> Refusal:
        """Find what is wrong."""
        return invalid(self._shape.findings(self._sent))


class PredictionRoute(ABC):
    """A route that takes rows and answers by the model's outputs.

    `description` and `response`, the type of the answer, document it. `as_text` is set where the
    answer is a text that holds JSON, `takes_long` where the model is asked so often for it that it
    isn't worth going on for a client that has left.
    """

    path: ClassVar[str]
    summary: ClassVar[str]
    description: str
    response: Any
    as_text = takes_long = False

    def __init__(self, schema: Schema, request: Shape) -> None:
        """Make the route of a bundle's model.

        Args:
            schema: The bundle's.
            request: The shape of what it takes.
        """
        self.schema, self.request, self.task = schema, request, TASKS[schema.task]

    @property
    def example(self) -> Any:
        """A request."""
        return self.request.holding([self.schema.example])

    def parse(self, body: bytes) -> list[Row]:
        """Return the rows of a request.

        Raises:
            Refusal: The body is no JSON, or far too much of it, or a key stands twice.
            Unfit: It is JSON of another shape, or with values that do not fit.
        """
        sent = read_json(body, self.request.most_rows)
        rows = self.request.rows(sent)
        if rows is not None:
            demand_once(body, self.request.keys(sent))
            return rows
        if len(body) <= _SMALL:
            demand_once(body)
        raise Unfit(self.request, sent)

    def read(self, body: bytes) -> list[Row] | Refusal:
        """Return the rows of a request, or all that there is to say against it.

        Raises:
            Refusal: The body is no JSON, or far too much of it, or a key stands twice.
        """
        try:
            return self.parse(body)
        except Unfit as unfit:
            return unfit.refusal()

    @abstractmethod
    def answer(self, outputs: Outputs, values: Sequence[Any]) -> Any:
        """Return the answer to a request, ready for JSON.

        Args:
            outputs: The model's, a row each.
            values: Each row's class or number (`Task.values`).
        """

    def answer_by(self, outputs: Outputs) -> Any:
        """Return the answer where only the outputs are known."""
        return self.answer(outputs, self.task.values(outputs, self.schema.classes))
