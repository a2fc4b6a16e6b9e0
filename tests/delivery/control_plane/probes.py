"""Probes of containers, as a node asks them."""

import time
import urllib.request

from .containers import Container

HASTE = 4
"""Times that a probe is sooner than it says: tests wait for each."""


class Probes:
    """The probes of a container by their own periods, hastened: startup, readiness, liveness."""

    def __init__(self, container: Container, port: int) -> None:
        self._container, self._port = container, port
        self._next = dict.fromkeys(("startupProbe", "readinessProbe", "livenessProbe"), 0.0)
        self._failed = dict.fromkeys(self._next, 0)
        self._process = container.process
        self._started = self._ready = False

    def ready(self) -> bool:
        if self._container.process is not self._process:
            self.__init__(self._container, self._port)  # type: ignore[misc]
        if not self._started:
            self._started = self._good("startupProbe", self._started)
        if self._started:
            self._ready = self._good("readinessProbe", self._ready)
            self._good("livenessProbe", True)
        return self._started and self._ready

    def _good(self, kind: str, before: bool) -> bool:
        """Return whether a probe is good; one that is not due yet is as before."""
        probe = self._container.spec.get(kind)
        if probe is None:
            return True
        if time.monotonic() < self._next[kind]:
            return before
        self._next[kind] = time.monotonic() + probe.get("periodSeconds", 10) / HASTE
        try:
            address = f"http://127.0.0.1:{self._port}{probe['httpGet']['path']}"
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(address, timeout=probe.get("timeoutSeconds", 1)):
                self._failed[kind] = 0
                return True
        except OSError:
            self._failed[kind] += 1
        if self._failed[kind] < probe.get("failureThreshold", 3):
            return before
        if kind != "readinessProbe" and self._process.poll() is None:
            self._process.terminate()
        return False
