"""BentoML with adaptive batching: rows of waiting requests are joined to one call."""

from typing import Any

import bentoml

from .pipeline import load, probabilities


@bentoml.service(workers=1, traffic={"timeout": 60}, logging={"access": {"enabled": False}})
class Titanic:
    """The forest."""

    def __init__(self) -> None:
        """Load the model."""
        self._pipeline = load()

    @bentoml.api(batchable=True, max_batch_size=1_000, max_latency_ms=60_000)  # type: ignore[untyped-decorator]
    def predict(self, rows: list[dict[str, Any]]) -> list[list[float]]:
        """Return each row's probabilities."""
        return probabilities(self._pipeline, rows)
