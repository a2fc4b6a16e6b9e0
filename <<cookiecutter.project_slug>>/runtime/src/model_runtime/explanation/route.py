"""The route that answers how much each value of a request matters.

Each value is replaced by the feature's other values, one feature at a time, while all others stay;
its contribution is the answer less the mean of the answers that there would be, weighted by the
other values' shares at training. That is the prediction difference of EXPLAIN: M. Robnik-Šikonja
and I. Kononenko, Explaining Classifications for Individual Instances, IEEE Transactions on
Knowledge and Data Engineering 20(5), 2008, as a difference of probabilities; for a regression, of
its numbers. In the words of A. Goldstein et al., Peeking Inside the Black Box, Journal of
Computational and Graphical Statistics 24(1), 2015, it is the height of the request's individual
conditional expectation curve above its mean. It tells nothing of causes, and of what two features
do only together it tells each one's part alone.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..bundle.parts import fit, parse
from ..bundle.read import Bundle
from ..bundle.reference import Reference
from ..bundle.schema import Schema
from ..contract.findings import Row
from ..contract.requests import Shape
from ..contract.route import PredictionRoute
from ..tasks import Outputs, class_indices
from .others import Others, others
from .response import explanation_model

_LEAST = 1e-6
"""Differences below are rounding errors; of a regression, relative to its largest number."""


class Explain(PredictionRoute):
    """One row: the answer, and each value's contribution to it, the greatest first."""

    path, summary = "/api/explain", "Explain one"
    takes_long = True

    def __init__(self, schema: Schema, request: Shape, others: Sequence[Others]) -> None:
        """See `PredictionRoute`; the others are those of each feature that the model uses."""
        super().__init__(schema, request)
        self._others = others
        said = "the most likely class's probability" if schema.classes else schema.target
        self.description = (
            f"Answers by how much each value makes {said} greater, or less, than other values of "
            "the feature at training do on average, while all other features stay. It is no "
            "prediction of its own: neither logged nor counted."
        )
        self.response = explanation_model(schema, [each.name for each in others])

    def rows(self, row: Row) -> Iterator[Row]:
        """Yield the rows to ask the model about: a request's own, then those with another value."""
        yield row
        for each in self._others:
            for value in each.values:
                yield {**row, each.name: value}

    def answer(self, outputs: Outputs, values: Sequence[Any]) -> dict[str, Any]:
        """See `PredictionRoute`.

        Args:
            outputs: The model's for `rows`, NaN where it has no answer.
            values: The class or number of the first one, at least.
        """
        column = class_indices(outputs[:1])[0] if self.schema.classes else 0
        contributions = self._contributions(outputs[:, column].astype(np.float64))
        return {**self._answered(outputs, values[0], column), "contributions": contributions}

    def answer_by(self, outputs: Outputs) -> Any:
        """See `PredictionRoute`."""
        return self.answer(outputs, self.task.values(outputs[:1], self.schema.classes))

    def _answered(self, outputs: Outputs, value: Any, column: int) -> dict[str, Any]:
        if not self.schema.classes:
            return {"prediction": value}
        return {"class_name": value, "probability": float(outputs[0, column])}

    def _contributions(self, answers: npt.NDArray[np.float64]) -> list[dict[str, Any]]:
        """Return what each value adds; nothing of a feature whose other values have no answer."""
        least = _LEAST * (1.0 if self.schema.classes else float(np.nanmax(np.abs(answers))))
        found, begin = [], 1
        for each in self._others:
            end = begin + len(each.values)
            difference = answers[0] - _mean(answers[begin:end], each.shares)
            begin = end
            if np.isfinite(difference):
                size = float(difference) if abs(difference) > least else 0.0
                found.append({"feature": each.name, "contribution": size})
        return sorted(found, key=lambda one: -abs(one["contribution"]))


def explain_route(bundle: Bundle, request: Shape, folder: Path) -> Explain:
    """Return the route of a bundle; its reference has the values to compare with.

    Args:
        bundle: That whose answers are explained.
        request: The shape of a request for one row.
        folder: Of the bundle, for messages.

    Raises:
        ProjectError: The bundle's reference is none.
    """
    file = folder / "reference.json"
    reference = fit(Reference, parse(bundle.reference, file), file)
    return Explain(bundle.schema, request, others(bundle.schema, reference))


def _mean(answers: npt.NDArray[np.float64], shares: npt.NDArray[np.float64]) -> float:
    """Return the mean of the answers that there are, NaN without any."""
    there = np.isfinite(answers)
    return float(np.average(answers[there], weights=shares[there])) if there.any() else np.nan
