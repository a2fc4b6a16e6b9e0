"""The prediction that a bundle has to repeat before it may serve."""

import numpy as np

from ..errors import ProjectError
from .engines import Engine, Unanswerable
from .metadata import Metadata
from .parts import AGAIN
from .rows import columns_from
from .schema import Schema


class SelfTestFailed(ProjectError):
    """A self-test whose answer is missing or wrong; `found` says it without the way out."""

    def __init__(self, found: str, way_out: str) -> None:
        """Join what was found and the way out."""
        super().__init__(f"{found}. {way_out}")
        self.found = found


def self_test(engine: Engine, schema: Schema, metadata: Metadata) -> None:
    """Ask the engine what training asked last.

    Raises:
        SelfTestFailed: The answer is not the one that training got.
    """
    test = metadata.self_test
    row = [test.request[feature.name] for feature in schema.features]
    try:
        got = engine.run(columns_from(schema.features, [row]))[0]
    except Exception as error:  # whatever a model of other features stumbles over
        reason = (
            str(error) if isinstance(error, Unanswerable) else f"{type(error).__name__}: {error}"
        )
        raise SelfTestFailed(f"The bundle's self-test has no answer: {reason}", AGAIN) from error
    expected = np.array(test.outputs)
    allowed = metadata.parity.tolerance * np.maximum(_scale(metadata), np.abs(expected))
    if got.shape != expected.shape or (np.abs(got - expected) > allowed).any():
        raise SelfTestFailed(
            f"The bundle's self-test answers {got.tolist()} where training got {test.outputs}",
            "This machine or its libraries predict differently: train again here (`make train`).",
        )


def _scale(metadata: Metadata) -> float:
    """Return what a regression's answer may be held against: the target's standard deviation.

    It is believed up to a thousand times that of the hold-out, which R² and the root mean square
    error tell; else a huge one would let any answer pass.
    """
    r2, error = metadata.metrics.get("r2", 1), metadata.metrics.get("rmse", 0)
    believed = 1e3 * error / (1 - r2) ** 0.5 if r2 < 1 else np.inf
    return min(metadata.parity.scale, believed)
