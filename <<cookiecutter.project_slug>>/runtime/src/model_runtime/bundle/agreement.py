"""The parts of a bundle, held against each other.

Hashes say that a file is as it was written, not that it belongs to the others: a part that was
taken from another bundle, or edited and hashed anew, would serve wrong answers under good hashes.
"""

from collections.abc import Iterator

from ..counts import counted
from ..errors import ProjectError
from ..tasks import TASKS
from .metadata import Metadata
from .schema import Schema

LEAST_ROWS = 20_000
"""On how many rows a compiled model has to be proven."""

_ROUNDING = 1e-6
"""The distance outside its bounds that a number may have that was added up from rounded ones."""


def check_agreement(schema: Schema, metadata: Metadata) -> None:
    """See that schema.json and metadata.json speak of one model.

    Raises:
        ProjectError: They don't; the sentence names both sides.
    """
    for check in (_task, _metrics, _parity, _self_test):
        if contradiction := next(check(schema, metadata), None):
            raise ProjectError(f"metadata.json: {contradiction}")


def _task(schema: Schema, metadata: Metadata) -> Iterator[str]:
    if metadata.task != schema.task:
        yield f"the task is {metadata.task}, in schema.json it is {schema.task}"
    if metadata.engine == "sklearn" and "scikit-learn" not in metadata.libraries:
        yield "the engine is sklearn, and libraries names no version of scikit-learn"


def _metrics(schema: Schema, metadata: Metadata) -> Iterator[str]:
    known, primary = TASKS[schema.task].metrics, TASKS[schema.task].primary
    if primary not in metadata.metrics:
        yield f"a {schema.task} is measured by its {primary}, which is missing"
    for name, value in metadata.metrics.items():
        if name not in known:
            yield f"{name} is no metric of a {schema.task}; these are {', '.join(known)}"
            return
        least, most = known[name]
        if not least - _ROUNDING <= value <= most + _ROUNDING:
            yield f"{name} is {value:g}, and can only be from {least:g} to {most:g}"


def _parity(schema: Schema, metadata: Metadata) -> Iterator[str]:
    parity, rows = metadata.parity, sum(metadata.parity.rows.values())
    if parity.proven != (metadata.engine == "onnx"):
        yield f"the engine is {metadata.engine}, but parity.proven is {parity.proven}"
    if parity.proven == bool(parity.obstacle):
        yield f"parity.proven is {parity.proven}, but parity.obstacle is {parity.obstacle!r}"
    if TASKS[schema.task].has_classes and parity.scale != 1:
        yield f"parity.scale is {parity.scale:g}; for probabilities it is 1"
    if not parity.proven:
        return
    if rows < LEAST_ROWS:
        yield f"a proof needs {LEAST_ROWS:,} rows and parity has {rows:,}"
    if parity.differing_rows != 0 or parity.differing_labels != 0:
        yield "parity.proven is True, but rows or labels differ"
    if parity.largest_difference is None or parity.largest_difference > parity.tolerance:
        yield (
            f"parity.largest_difference is {parity.largest_difference}, and parity.tolerance is "
            f"{parity.tolerance:g}"
        )


def _self_test(schema: Schema, metadata: Metadata) -> Iterator[str]:
    test = metadata.self_test
    if test.request != schema.example:
        yield (
            f"self_test.request is {test.request}, and the example of schema.json's features is "
            f"{schema.example}"
        )
    if test.classes != schema.classes:
        yield f"self_test.classes are {test.classes}, in schema.json they are {schema.classes}"
    answers = len(schema.classes) or 1
    if len(test.outputs) != answers:
        found = counted(len(test.outputs), "number")
        yield f"self_test.outputs are {found}, and the model has {answers}"
    if schema.classes and not all(-_ROUNDING <= each <= 1 + _ROUNDING for each in test.outputs):
        yield f"self_test.outputs are {test.outputs}, which are no probabilities"
