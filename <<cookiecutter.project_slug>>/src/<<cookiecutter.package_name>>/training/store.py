"""Choose the engine and the form in which a model is stored."""

from dataclasses import dataclass

from sklearn.pipeline import Pipeline
from skops.io import dumps

from ..bundle.engines import OnnxEngine
from ..bundle.metadata import EngineName, Parity
from ..bundle.schema import Schema
from ..settings import Training
from .compile import NotCompilable, compile_pipeline
from .proof_rows import proof_rows
from .prove import TOLERANCE, prove
from .split import Split


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


def store(pipeline: Pipeline, schema: Schema, parts: Split, settings: Training) -> Stored:
    """Store a pipeline compiled if it is proven to answer as scikit-learn does, else as it is."""
    if settings.engine == "sklearn":
        return _as_it_is(pipeline, _unproven("training.engine in config.yaml is sklearn"))
    try:
        model = compile_pipeline(pipeline, parts.train.X)
        engine = OnnxEngine(model)
    except NotCompilable as error:
        return _as_it_is(pipeline, _unproven(str(error)))
    groups = proof_rows(schema, parts.train.X, parts.test.X, settings.proof_rows, settings.seed)
    spread = float(parts.train.y.std()) if schema.task == "regression" else 0.0
    parity = prove(pipeline, engine, groups, schema.task, settings.proof_rows, spread or 1.0)
    return Stored(model, "onnx", parity) if parity.proven else _as_it_is(pipeline, parity)


def _unproven(obstacle: str) -> Parity:
    return Parity(proven=False, tolerance=TOLERANCE, obstacle=obstacle)


def _as_it_is(pipeline: Pipeline, parity: Parity) -> Stored:
    return Stored(dumps(pipeline), "sklearn", parity)
