"""The prediction that a bundle has to repeat before it may serve."""

import numpy as np

from ..errors import ProjectError
from .engines import Engine, Unanswerable
from .metadata import Metadata
from .rows import columns_from
from .schema import Schema


def self_test(engine: Engine, schema: Schema, metadata: Metadata) -> None:
    """Ask the engine what training asked last.

    Raises:
        ProjectError: The answer is not the one that training got.
    """
    test = metadata.self_test
    row = [test.request[feature.name] for feature in schema.features]
    try:
        got = engine.run(columns_from(schema.features, [row]))[0]
    except Unanswerable as error:
        raise ProjectError(f"The bundle's self-test has no answer: {error}.") from error
    expected = np.array(test.outputs)
    allowed = metadata.parity.tolerance * np.maximum(metadata.parity.scale, np.abs(expected))
    if got.shape != expected.shape or (np.abs(got - expected) > allowed).any():
        raise ProjectError(
            f"The bundle's self-test answers {got.tolist()} where training got {test.outputs}: "
            "this machine or its libraries predict differently. Train again here (`make train`)."
        )
