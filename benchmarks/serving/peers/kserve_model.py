"""KServe's Python server with a model of its own; its runtime for scikit-learn is not on PyPI."""

import logging
import os
from typing import Any

import kserve

from .pipeline import load, probabilities


class Titanic(kserve.Model):  # type: ignore[misc]
    """The forest, asked by KServe's first protocol."""

    def load(self) -> bool:
        """Load the model."""
        self._pipeline = load()
        self.ready = True
        return True

    async def predict(self, payload: dict[str, Any], headers: Any = None, **_: Any) -> Any:
        """Return each instance's probabilities."""
        return {"predictions": probabilities(self._pipeline, payload["instances"])}


if __name__ == "__main__":
    model = Titanic("titanic")
    model.load()
    server = kserve.ModelServer(
        http_port=int(os.environ["PORT"]),
        workers=1,
        enable_grpc=False,
        enable_latency_logging=False,
    )
    for name in ("kserve.trace", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
    server.start([model])
