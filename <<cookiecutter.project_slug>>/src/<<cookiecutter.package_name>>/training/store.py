"""Choose the engine and the form in which a model is stored, and see that it can be served."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline
from skops.io import dumps

from ..bundle.metadata import EngineName, Parity
from ..bundle.read import Bundle
from ..bundle.schema import Schema
from ..errors import ProjectError
from ..settings import Settings
from .compile import NotCompilable, compile_pipeline
from .describe import describe
from .proof_rows import proof_rows
from .prove import TOLERANCE, columns_of, compare, expected
from .rehearsal import rehearse
from .split import Split

_ASKED = 200
"""Rows that a model which scikit-learn serves has to answer as it did before it was stored."""


@dataclass(frozen=True)
class Stored:
    """A model as a bundle holds it, and what the proof said."""

    model: bytes
    engine: EngineName
    parity: Parity

    def __str__(self) -> str:
        """Say which engine serves the model, and why."""
        if self.engine == "sklearn":
            return f"sklearn, not compiled: {self.parity.obstacle}"
        rows = sum(self.parity.rows.values())
        return f"onnx: {rows:,} rows, largest difference {self.parity.largest_difference:.1e}"


def store(pipeline: Pipeline, schema: Schema, parts: Split, settings: Settings) -> Stored:
    """Store a pipeline compiled if it is proven to answer as scikit-learn does, else as it is.

    Raises:
        ProjectError: Where it will be served it can't be loaded, or answers otherwise.
    """
    if settings.training.engine == "sklearn":
        why = "training.engine in config.yaml is sklearn"
        return _as_it_is(pipeline, schema, parts, settings, _unproven(why))
    try:
        model = compile_pipeline(pipeline, parts.train.X)
        parity = _proof(model, pipeline, schema, parts, settings)
    except (NotCompilable, ProjectError) as error:
        return _as_it_is(pipeline, schema, parts, settings, _unproven(str(error).rstrip(".")))
    if parity.proven:
        return Stored(model, "onnx", parity)
    return _as_it_is(pipeline, schema, parts, settings, parity)


def _proof(
    model: bytes, pipeline: Pipeline, schema: Schema, parts: Split, settings: Settings
) -> Parity:
    options = settings.training
    rows = proof_rows(schema, parts.train.X, parts.test.X, options.proof_rows, options.seed)
    groups = {name: columns_of(each) for name, each in rows.items()}
    # A draft says that it is proven, or nobody would load it; what is written says what was found.
    assumed = Parity(proven=True, tolerance=TOLERANCE, scale=_spread(parts, schema))
    draft = describe(pipeline, schema, (model, "onnx", assumed), settings)
    got = rehearse(draft, groups, settings)
    wanted = expected(pipeline, groups, got, schema.task)
    return compare(wanted, got, schema.task, options.proof_rows, assumed.scale)


def _as_it_is(
    pipeline: Pipeline, schema: Schema, parts: Split, settings: Settings, parity: Parity
) -> Stored:
    stored = Stored(dumps(pipeline), "sklearn", parity)
    draft = describe(pipeline, schema, (stored.model, "sklearn", parity), settings)
    # Here first: types that are not trusted are found sooner than another process begins.
    draft.engine(settings.training.trusted_types)
    _check_answers(draft, pipeline, parts, settings)
    return stored


def _check_answers(draft: Bundle, pipeline: Pipeline, parts: Split, settings: Settings) -> None:
    task = draft.schema.task
    groups = {"hold_out": columns_of(parts.test.X.head(_ASKED))}
    got = rehearse(draft, groups, settings)
    wanted = expected(pipeline, groups, got, task)
    found = compare(wanted, got, task, 0, _spread(parts, draft.schema))
    if not found.proven:
        raise ProjectError(
            "Where the image serves it, the stored model answers otherwise than the one that was "
            f"fitted: {found.obstacle}."
        )


def _spread(parts: Split, schema: Schema) -> float:
    """Return the standard deviation of a regression's target; 1 where there is none."""
    if schema.task != "regression":
        return 1.0
    y: Any = parts.train.y.to_numpy(np.float64)
    # By its largest first, for the square of a number may be larger than any number.
    largest = float(np.abs(y).max())
    return float((y / largest).std() * largest) or 1.0 if largest else 1.0


def _unproven(obstacle: str) -> Parity:
    return Parity(proven=False, tolerance=TOLERANCE, obstacle=obstacle)
