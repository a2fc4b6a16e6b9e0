"""Choose the engine and the form in which a model is stored, and see that it can be served."""

from dataclasses import dataclass

from sklearn.pipeline import Pipeline
from skops.io import dumps

from ..bundle.agreement import LEAST_ROWS
from ..bundle.metadata import EngineName, Parity
from ..bundle.schema import Schema
from ..errors import ProjectError
from ..settings import Settings
from .compile import NotCompilable, compile_pipeline
from .describe import describe
from .proof_rows import proof_rows
from .prove import TOLERANCE, columns_of, compare, expected
from .rehearsal import rehearse
from .split import Split
from .task import TRAINING_TASKS

_ASKED = 200
"""Rows that a model which scikit-learn serves has to answer as it did before it was stored."""


@dataclass(frozen=True)
class Stored:
    """A model as a bundle holds it, what the proof said, and Debian packages that it needs."""

    model: bytes
    engine: EngineName
    parity: Parity
    system_packages: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say which engine serves the model, and why, and what the image gets besides."""
        packages = ", ".join(self.system_packages)
        needs = f"; in the image it needs {packages} of Debian" if packages else ""
        if self.engine == "sklearn":
            return f"sklearn, not compiled: {self.parity.obstacle}{needs}"
        rows = sum(self.parity.rows.values())
        return (
            f"onnx: {rows:,} rows, largest difference {self.parity.largest_difference:.1e}{needs}"
        )


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
        stored = _proven(model, pipeline, schema, parts, settings)
    except (NotCompilable, ProjectError) as error:
        return _as_it_is(pipeline, schema, parts, settings, _unproven(str(error).rstrip(".")))
    if stored.parity.proven:
        return stored
    return _as_it_is(pipeline, schema, parts, settings, stored.parity)


def _proven(
    model: bytes, pipeline: Pipeline, schema: Schema, parts: Split, settings: Settings
) -> Stored:
    """Compare a compiled model with scikit-learn's; its parity says whether they agree."""
    scale = _scale(parts, schema)
    rows = proof_rows(schema, parts.train.X, parts.test.X, LEAST_ROWS, settings.training.seed)
    groups = {name: columns_of(each) for name, each in rows.items()}
    draft = describe(pipeline, schema, (model, "onnx", _assumed(scale)), settings)
    found = rehearse(draft, groups, settings)
    wanted = expected(pipeline, groups, found.answers, schema.task)
    parity = compare(wanted, found.answers, schema.task, LEAST_ROWS, scale)
    return Stored(model, "onnx", parity, found.system_packages)


def _assumed(scale: float) -> Parity:
    """Return what a draft says of itself, for nobody loads a compiled model without a proof."""
    return Parity(
        proven=True,
        rows={"random": LEAST_ROWS},
        tolerance=TOLERANCE,
        scale=scale,
        largest_difference=0.0,
        differing_rows=0,
        differing_labels=0,
    )


def _as_it_is(
    pipeline: Pipeline, schema: Schema, parts: Split, settings: Settings, parity: Parity
) -> Stored:
    model = _dumped(pipeline)
    draft = describe(pipeline, schema, (model, "sklearn", parity), settings)
    # Here first: types that are not trusted are found sooner than another process begins.
    draft.engine(settings.training.trusted_types)
    groups = {"hold_out": columns_of(parts.test.X.head(_ASKED))}
    rehearsed = rehearse(draft, groups, settings)
    wanted = expected(pipeline, groups, rehearsed.answers, schema.task)
    found = compare(wanted, rehearsed.answers, schema.task, 0, _scale(parts, schema))
    if not found.proven:
        raise ProjectError(
            "Where the image serves it, the stored model answers otherwise than the one that was "
            f"fitted: {found.obstacle}."
        )
    return Stored(model, "sklearn", parity, rehearsed.system_packages)


def _dumped(pipeline: Pipeline) -> bytes:
    try:
        return bytes(dumps(pipeline))
    except Exception as error:  # skops raises whatever it stumbles over
        raise ProjectError(
            f"The fitted model can't be stored: skops, which stores without pickle, does not know "
            f"a part of it ({' '.join(str(error).split())}). Take another estimator or step in its "
            "place."
        ) from error


def _scale(parts: Split, schema: Schema) -> float:
    return TRAINING_TASKS[schema.task].scale(parts.train.y)


def _unproven(obstacle: str) -> Parity:
    return Parity(proven=False, tolerance=TOLERANCE, obstacle=obstacle)
