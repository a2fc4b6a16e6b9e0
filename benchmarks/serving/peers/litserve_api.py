"""LitServe with dynamic batching: requests that wait together are one call of the model."""

import os
from itertools import chain
from typing import Any

import litserve

from .pipeline import load, probabilities

Rows = list[dict[str, Any]]
Answers = list[list[float]]


class Titanic(litserve.LitAPI):  # type: ignore[misc]
    """Each request holds rows; a batch holds requests."""

    def setup(self, device: str) -> None:
        """Load the model, in the worker's process."""
        self._pipeline = load()

    def decode_request(self, request: Rows) -> Rows:
        """Return the rows of a request."""
        return request

    def predict(self, requests: list[Rows]) -> list[Answers]:
        """Answer all rows at once, and part the answers by request."""
        answers = iter(probabilities(self._pipeline, [*chain.from_iterable(requests)]))
        return [[next(answers) for _ in rows] for rows in requests]

    def batch(self, inputs: list[Rows]) -> list[Rows]:
        """Keep requests apart: they may differ in length."""
        return inputs

    def unbatch(self, output: list[Answers]) -> list[Answers]:
        """Return an answer for each request."""
        return output

    def encode_response(self, output: Answers) -> Answers:
        """Return the probabilities as they are."""
        return output


if __name__ == "__main__":
    api = Titanic(max_batch_size=64, batch_timeout=0.005, api_path="/predict")
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1, timeout=60)
    server.run(
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        num_api_servers=1,
        generate_client_file=False,
        log_level="warning",
        access_log=False,
    )
