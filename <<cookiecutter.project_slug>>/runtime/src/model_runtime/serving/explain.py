"""Explanations of answers, asked of the model in slices between which it answers others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from pydantic_core import to_json

from ..bundle.engines import Engine
from ..bundle.read import Bundle
from ..bundle.row_answers import engine_answers
from ..bundle.rows import RowColumns
from ..contract.findings import Row
from ..contract.requests import Shape
from ..settings import Settings
from ..tasks import TASKS, Outputs
from .admission import Admission
from .metrics import Metrics
from .predictor import Predictor

if TYPE_CHECKING:
    from ..explanation.route import Explain

_ROWS, _CELLS = 256, 2**16
"""Rows, and values in them, that the model is asked about at once."""

_SHARE = 8
"""Part of the predictions in progress that may be explanations, of which each takes far longer."""


class Explainer:
    """Explains answers of one model, one at a time: a prediction waits for one slice at most."""

    def __init__(
        self, route: Explain, engine: Engine, predictor: Predictor, admission: Admission
    ) -> None:
        """Explain by a model that a predictor asks, too.

        Args:
            route: The rows to ask about, and the answer.
            engine: The model.
            predictor: Reads requests, and has the model work.
            admission: Bounds the explanations in progress.
        """
        self.route, self._engine, self._predictor = route, engine, predictor
        self._admission, schema = admission, route.schema
        self._columns, self._task = RowColumns(schema.features), TASKS[schema.task]
        self._at_once = max(1, min(_ROWS, _CELLS // len(schema.features)))
        self._width = max(1, len(schema.classes))
        self._turn = asyncio.Lock()

    async def answer(self, body: bytes, request_id: str, started: float) -> bytes:
        """Answer a request; it is neither logged nor counted as a prediction.

        Raises:
            Refusal: The body does not fit, the model has no answer for its values, or too many
                are being explained.
        """
        (row,) = await self._predictor.rows(self.route, body)
        self._admission.enter()
        try:
            async with self._turn:
                outputs = await self._outputs(row)
        finally:
            self._admission.leave()
        return to_json(self.route.answer_by(outputs))

    def example(self, row: Row) -> object:
        """Return the explanation of a row, before anybody asks."""
        return self.route.answer_by(np.vstack([self._ask(part) for part in self._parts(row)]))

    async def _outputs(self, row: Row) -> Outputs:
        apart = self._predictor.apart
        # Alone, and first: else a refusal would be looked for among all the others.
        await apart(partial(self._predictor.outputs, [row]), 1)
        parts = self._parts(row)
        return np.vstack([await apart(partial(self._ask, part), len(part)) for part in parts])

    def _parts(self, row: Row) -> Iterator[list[Row]]:
        rows = self.route.rows(row)
        while part := list(islice(rows, self._at_once)):
            yield part

    def _ask(self, rows: Sequence[Row]) -> Outputs:
        """Ask the model; NaN where it has no answer."""
        outputs = engine_answers(self._engine, self._columns(rows)).outputs
        if not outputs.shape[1]:  # it has none at all
            return np.full((len(rows), self._width), np.nan)
        return self._task.within_range(outputs)


def explainer(
    bundle: Bundle,
    engine: Engine,
    request: Shape,
    predictor: Predictor,
    settings: Settings,
    metrics: Metrics,
) -> Explainer:
    """Return the explainer of a bundle's answers.

    Args:
        bundle: Its reference has the values to compare with.
        engine: Its model.
        request: The shape of a request for one row.
        predictor: Answers for the bundle, too.
        settings: Those of the service.
        metrics: Count those that are turned away.

    Raises:
        ProjectError: The bundle's reference is none.
    """
    from ..explanation.route import explain_route

    route = explain_route(bundle, request, settings.paths.bundle)
    most = max(1, settings.serving.max_in_flight // _SHARE)
    bound = f"explanations, 1/{_SHARE} of serving.max_in_flight"
    return Explainer(route, engine, predictor, Admission(most, metrics, bound))
