"""Patience with a cluster that doesn't answer for a while: restarts, a network that drops."""

import time

PATIENCE_S = 120.0


class Patience:
    """The time for which failures are borne; each success renews it."""

    def __init__(self) -> None:
        """Begin without a failure."""
        self._since: float | None = None

    @property
    def tried(self) -> bool:
        """Tell of failures since the last success."""
        return self._since is not None

    @property
    def over(self) -> bool:
        """Tell that nothing but failures came for too long."""
        return self._since is not None and time.monotonic() - self._since > PATIENCE_S

    def renew(self) -> None:
        """Take note of a success."""
        self._since = None

    def fail(self) -> None:
        """Take note of a failure."""
        if self._since is None:
            self._since = time.monotonic()
