"""Examine train_model and get_classes, and see whether the model compiles."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from ..bundle.engines import OnnxEngine, unpacked
from ..bundle.schema import Schema
from ..bundle.trusted import trusted
from ..compiler.compile import NotCompilable, compile_pipeline, computes_in_python
from ..compiler.prove import prove
from ..counts import counted
from ..errors import ProjectError
from ..place import place
from ..preprocessing import BasePreprocessor
from ..settings import Settings
from ..training.fit import fit
from ..training.resolve import resolve_schema
from ..training.rows import Rows
from ..training.session import session
from ..training.store import dumped
from ..training.use_case import UseCase
from .finding import Finding, Findings, attempted
from .preparing import unusual

PROVEN = 200
"""Rows whose answers are compared."""


@dataclass(frozen=True)
class Fitted:
    """A pipeline of few rows, and what it is asked and answers."""

    pipeline: Pipeline
    schema: Schema


def fitted(
    use_case: UseCase, frame: pd.DataFrame, rows: Rows, settings: Settings
) -> Findings[Fitted | None]:
    """Fit the hooks, and hold the model against its classes and against odd requests."""
    part, seed = "train_model", settings.training.seed
    target = rows.y.copy()
    with session(_brief(settings)):
        pipeline = yield from attempted(part, fit, use_case, rows, seed)
        if pipeline is None:
            return None
        if not rows.y.equals(target):
            where = place(use_case.train_model)
            yield Finding("wrong", part, f"train_model ({where}) changed y; copy it before.")
            return None
        again = yield from attempted(part, fit, use_case, rows, seed)
    names = yield from attempted("get_classes", use_case.names, frame, rows.y)
    if names is None:
        return None
    schema = yield from attempted(
        "get_classes",
        lambda: resolve_schema(use_case.features, rows.X, use_case.classes(pipeline[-1], names)),
    )
    if schema is None:
        return None
    problems = [*_unanswered(use_case, pipeline, rows.X)]
    yield from problems
    if problems:
        return None
    if again is not None and not _same(use_case, pipeline, again, rows.X):
        yield Finding(
            "look",
            part,
            f"train_model ({place(use_case.train_model)}) made another model of the same rows; "
            "give its estimator a random_state.",
        )
    of = f" of {counted(len(schema.classes), 'class', 'classes')}" if schema.classes else ""
    yield Finding(
        "fine", part, f"{type(pipeline[-1]).__name__}{of}, on {counted(len(rows.X), 'row')}"
    )
    return Fitted(pipeline, schema)


def _brief(settings: Settings) -> Settings:
    """Return the settings, but a search of one trial."""
    automl = settings.automl.model_copy(update={"max_trials": 1})
    return settings.model_copy(update={"automl": automl})


def _same(use_case: UseCase, one: Pipeline, other: Pipeline, X: pd.DataFrame) -> bool:
    outputs = use_case.task.outputs
    return bool(np.allclose(outputs(one, X), outputs(other, X)))


def _unanswered(use_case: UseCase, pipeline: Pipeline, X: pd.DataFrame) -> Iterator[Finding]:
    for why, row in unusual(X, use_case.features):
        try:
            outputs = use_case.task.outputs(pipeline, row)
            reason = "" if np.isfinite(outputs).all() else "its answer is no number"
        except Exception as error:  # an estimator may raise anything
            reason = f"{type(error).__name__}: {str(error).strip().splitlines()[0][:200]}"
        if reason:
            yield Finding(
                "wrong",
                "train_model",
                f"The model of train_model ({place(use_case.train_model)}) has no answer {why}: "
                f"{reason}. Fill it in the Preprocessor, or take an estimator that knows it.",
            )


def compiled(
    use_case: UseCase, preprocessor: BasePreprocessor, found: Fitted, rows: Rows, settings: Settings
) -> Iterator[Finding]:
    """Say whether the service will run the model compiled, and what stands in the way.

    Args:
        use_case: The hooks.
        preprocessor: One of its Preprocessors.
        found: What they have made.
        rows: The rows that it learned from.
        settings: How it would be trained.
    """
    part = "compiling"
    if settings.training.engine == "sklearn":
        reason = "training.engine in config.yaml is sklearn"
    elif type(preprocessor).transform is not BasePreprocessor.transform:
        reason = computes_in_python(preprocessor)
    else:
        reason = _obstacle(use_case, found, rows)
    if not reason:
        yield Finding("fine", part, "the model compiles, and answers as scikit-learn does")
        return
    own = settings.training.trusted_types
    stored = yield from attempted(part, lambda: unpacked(dumped(found.pipeline), trusted(own)))
    if stored is not None:
        yield Finding(
            "look",
            part,
            f"scikit-learn will serve the model, which is slower in a larger image: "
            f"{reason}. runtime/docs/use-case.md says what compiles.",
        )


def _obstacle(use_case: UseCase, found: Fitted, rows: Rows) -> str:
    X, scale = rows.X.head(PROVEN), use_case.task.scale(rows.y)
    try:
        engine = OnnxEngine(compile_pipeline(found.pipeline, X))
        parity = prove(found.pipeline, engine, {"rows": X}, found.schema.task, scale=scale)
    except (NotCompilable, ProjectError) as error:
        return str(error).rstrip(".")
    return "" if parity.proven else str(parity.obstacle)
