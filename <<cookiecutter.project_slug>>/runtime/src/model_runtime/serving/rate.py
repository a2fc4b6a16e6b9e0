"""A bound for requests by one name: a token bucket, kept as one number."""

from time import monotonic


class Rate:
    """Token buckets of this process, one for each name.

    A bucket holds `burst` tokens, and `per_second` come back each second. It is kept as the time
    at which it will be full again (the generic cell rate algorithm, ITU-T I.371).
    """

    def __init__(self, per_second: float, burst: int) -> None:
        """Let `burst` requests come at once; `per_second` 0 is for any number."""
        self._seconds = 1 / per_second if per_second else 0.0
        self._most = self._seconds * (burst - 1)
        self._full: dict[str, float] = {}

    def wait(self, name: str) -> float:
        """Take a token and return 0, or the seconds until there is one."""
        if not self._seconds:
            return 0.0
        now = monotonic()
        full = max(self._full.get(name, now), now)
        if full - now > self._most:
            return full - now - self._most
        self._full[name] = full + self._seconds
        return 0.0
