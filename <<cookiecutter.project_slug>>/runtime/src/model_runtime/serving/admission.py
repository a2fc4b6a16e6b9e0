"""A bounded number of predictions in progress; those beyond it are told to come back."""

from ..contract.problems import Refusal
from .metrics import Metrics


class Admission:
    """Lets predictions in, and refuses them at once where there is no room.

    A service that takes more than it can answer answers all of them too late.
    """

    def __init__(self, most: int, metrics: Metrics, bound: str = "serving.max_in_flight") -> None:
        """Have as many in progress at once as a bound allows."""
        self._most, self._metrics, self._bound = most, metrics, bound
        self._in_flight = 0

    def enter(self) -> None:
        """Begin a prediction whose request is whole; each that has begun has to `leave`.

        Raises:
            Refusal: There is no room.
        """
        if self._in_flight >= self._most:
            self._metrics.turned_away("in_flight")
            found = f"{self._most:,} are being answered ({self._bound})"
            raise _refusal("Too many requests", found)
        self._in_flight += 1

    def crowded(self) -> Refusal:
        """Return the refusal of what comes over a connection beyond `serving.max_connections`."""
        self._metrics.turned_away("connections")
        return _refusal("Too many connections", "All are being answered")

    def leave(self) -> None:
        """End a prediction."""
        self._in_flight -= 1


def _refusal(title: str, found: str) -> Refusal:
    return Refusal(503, title, f"{found}; try again in a moment.", headers={"retry-after": "1"})
