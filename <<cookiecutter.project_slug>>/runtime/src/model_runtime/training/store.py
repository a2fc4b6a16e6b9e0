"""Choose the engine and the form in which a model is stored, and see that it can be served."""

from dataclasses import replace

from sklearn.pipeline import Pipeline

from ..bundle.agreement import LEAST_ROWS
from ..bundle.metadata import Parity
from ..compiler.compile import NotCompilable, compile_pipeline
from ..compiler.proof_rows import proof_rows
from ..compiler.prove import TOLERANCE, columns_of, compare, expected
from ..errors import ProjectError
from ..settings import Settings
from .assemble import draft
from .learn import Learned
from .rehearsal import rehearse
from .stored import Stored
from .task import TRAINING_TASKS

_ASKED = 200
"""Rows that a model which scikit-learn serves has to answer as it did before it was stored."""


def store(learned: Learned, settings: Settings) -> Stored:
    """Store a pipeline compiled if it is proven to answer as scikit-learn does, else as it is.

    Raises:
        ProjectError: Where it will be served it can't be loaded, or answers otherwise.
    """
    if settings.training.engine == "sklearn":
        why = "training.engine in config.yaml is sklearn"
        return _as_it_is(learned, settings, _unproven(why))
    try:
        model = compile_pipeline(learned.pipeline, learned.parts.train.X)
        stored = _proven(model, learned, settings)
    except (NotCompilable, ProjectError) as error:
        return _as_it_is(learned, settings, _unproven(str(error).rstrip(".")))
    if stored.parity.proven:
        return stored
    return _as_it_is(learned, settings, stored.parity)


def _proven(model: bytes, learned: Learned, settings: Settings) -> Stored:
    """Compare a compiled model with scikit-learn's; its parity says whether they agree."""
    scale, seed = _scale(learned), settings.training.seed
    parts, schema = learned.parts, learned.schema
    rows = proof_rows(schema, parts.train.X, parts.test.X, LEAST_ROWS, seed)
    groups = {name: columns_of(each) for name, each in rows.items()}
    unproven = Stored(model, "onnx", _assumed(scale))
    found = rehearse(draft(learned, unproven, settings), groups, settings)
    wanted = expected(learned.pipeline, groups, found.answers, schema.task)
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


def _as_it_is(learned: Learned, settings: Settings, parity: Parity) -> Stored:
    stored = Stored(dumped(learned.pipeline), "sklearn", parity)
    bundle = draft(learned, stored, settings)
    # Here first: types that are not trusted are found sooner than another process begins.
    bundle.engine(settings.training.trusted_types)
    groups = {"hold_out": columns_of(learned.parts.test.X.head(_ASKED))}
    rehearsed, task = rehearse(bundle, groups, settings), learned.schema.task
    wanted = expected(learned.pipeline, groups, rehearsed.answers, task)
    found = compare(wanted, rehearsed.answers, task, 0, _scale(learned))
    if not found.proven:
        raise ProjectError(
            "Where the image serves it, the stored model answers otherwise than the one that was "
            f"fitted: {found.obstacle}."
        )
    return replace(stored, system_packages=rehearsed.system_packages)


def dumped(pipeline: Pipeline) -> bytes:
    """Return a pipeline as skops stores it.

    Raises:
        ProjectError: It holds a part that skops does not know.
    """
    from skops.io import dumps  # imports all of scikit-learn, which a compiled model needs not

    try:
        return bytes(dumps(pipeline))
    except Exception as error:  # skops raises whatever it stumbles over
        raise ProjectError(
            f"The fitted model can't be stored: skops, which stores without pickle, does not know "
            f"a part of it ({' '.join(str(error).split())}). Take another estimator or step in its "
            "place."
        ) from error


def _scale(learned: Learned) -> float:
    return TRAINING_TASKS[learned.schema.task].scale(learned.parts.train.y)


def _unproven(obstacle: str) -> Parity:
    return Parity(proven=False, tolerance=TOLERANCE, obstacle=obstacle)
