"""One JSON line a prediction, on standard output, for whatever collects logs."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_json

_DELAY = 0.1
"""Seconds that lines wait to be written together."""


class PredictionLog:
    """Collects lines and writes them between requests; inputs are never logged."""

    def __init__(self) -> None:
        """Log for all models that the process serves."""
        self._lines: list[bytes] = []

    def add(
        self,
        model: Mapping[str, Any],
        request_id: str,
        ids: Sequence[Any],
        answers: Sequence[Any],
    ) -> None:
        """Log rows.

        Args:
            model: Who answered: name and version.
            request_id: The request's.
            ids: Each row's own id, None where the client sent none.
            answers: The answer to each row.
        """
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        about = {"event": "prediction", "time": time, "request_id": request_id, **model}
        if not self._lines:
            asyncio.get_running_loop().call_later(_DELAY, self.flush)
        for row_id, answer in zip(ids, answers, strict=True):
            self._lines.append(to_json({**about, "id": row_id, "answer": answer}))

    def flush(self) -> None:
        """Write what has been collected."""
        if self._lines:
            lines, self._lines = self._lines, []
            sys.stdout.buffer.write(b"\n".join(lines) + b"\n")
            sys.stdout.buffer.flush()
