"""The self-test's question, asked through an endpoint, and its answer verified."""

import json
import math
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

import numpy as np
from model_runtime.bundle.read import Bundle
from model_runtime.contract.routes import Score, prediction_routes
from model_runtime.errors import ProjectError
from model_runtime.settings import Settings

DEPLOYMENT = "azureml-model-deployment"
"""The header that chooses a deployment, and says which one has answered."""

_NOTHING = 0
_LATER = {_NOTHING, 424, 429, 502, 503, 504}
"""Statuses by which an endpoint says that it, or the deployment, is not ready yet."""

_PATIENCE_S = 120.0
_PAUSE_S = 2.0


@dataclass(frozen=True)
class Question:
    """A body, and the answer that a bundle gives to it."""

    body: bytes
    expected: Any
    tolerance: float

    @classmethod
    def of(cls, bundle: Bundle, settings: Settings) -> "Question":
        """Return the self-test of a bundle, as /score takes it."""
        serving, test = settings.serving, bundle.metadata.self_test
        routes = prediction_routes(bundle.schema, serving.max_rows, serving.score_as_text)
        score = next(route for route in routes if isinstance(route, Score))
        expected = score.answer_by(np.array([test.outputs]))
        scale = max(bundle.metadata.parity.scale, *map(abs, test.outputs))
        body = json.dumps({"data": [test.request]}).encode()
        return cls(body, expected, bundle.metadata.parity.tolerance * scale)

    def fits(self, answer: Any) -> bool:
        """Say whether an answer is the one that is expected; numbers may differ as in a proof."""
        return _alike(self.expected, answer, self.tolerance)


@dataclass(frozen=True)
class Address:
    """The address at which an endpoint is asked, and the key."""

    url: str
    key: str

    def __repr__(self) -> str:
        """Say it without the key."""
        return f"Address({self.url})"

    def check(self, question: Question, deployment: str, *, chosen: bool) -> None:
        """Ask until there is an answer, and verify that it is good and comes from a deployment.

        Args:
            question: The self-test's.
            deployment: That has to answer.
            chosen: By the header, instead of by the endpoint's traffic.

        Raises:
            ProjectError: The answer is another, or none comes.
        """
        end = time.monotonic() + _PATIENCE_S
        headers = {DEPLOYMENT: deployment} if chosen else {}
        while True:
            status, text, by = self._ask(question.body, headers)
            moved = status == 200 and by in ("", deployment)
            if moved or (status != 200 and status not in _LATER) or time.monotonic() > end:
                break
            time.sleep(_PAUSE_S)
        said = f"{self.url} by deployment '{by or deployment}'"
        if status != 200:
            raise ProjectError(f"{said} answers the self-test with {status or 'nothing'}: {text}")
        if not moved:
            raise ProjectError(f"{said} answers, where '{deployment}' has all traffic.")
        if not question.fits(_parsed(text)):
            told = json.dumps(question.expected)
            raise ProjectError(f"{said} answers the self-test with {text}, where {told} is right.")

    def _ask(self, body: bytes, headers: dict[str, str]) -> tuple[int, str, str]:
        """Return status, text, and the deployment that has answered; 0 where nothing did."""
        own = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url, body, own | headers)  # noqa: S310 - Azure's
        try:
            # One of its own: the shared one keeps the proxy that there was at its first use.
            with urllib.request.build_opener().open(request, timeout=60) as answer:
                by = answer.headers.get(DEPLOYMENT, "")
                return answer.status, str(answer.read(), "utf-8"), by
        except urllib.error.HTTPError as error:
            by = error.headers.get(DEPLOYMENT, "")
            return error.code, str(error.read(), "utf-8", "replace")[:500], by
        except OSError as error:
            return _NOTHING, str(getattr(error, "reason", error)), ""


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _alike(expected: Any, answer: Any, tolerance: float) -> bool:
    if isinstance(expected, dict) and isinstance(answer, dict):
        return expected.keys() == answer.keys() and all(
            _alike(expected[key], answer[key], tolerance) for key in expected
        )
    if isinstance(expected, list) and isinstance(answer, list):
        pairs = zip(expected, answer, strict=False)
        return len(expected) == len(answer) and all(_alike(*pair, tolerance) for pair in pairs)
    if isinstance(expected, float) and isinstance(answer, int | float):
        return math.isclose(expected, answer, abs_tol=tolerance, rel_tol=tolerance)
    return bool(expected == answer)
