"""The measuring: each server alone first, then all of them loaded in turns."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from .candidate import Candidate
from .environments import environment, size_mb, versions
from .figures import ALTERNATED
from .server import Server

LOADS = {"1": ("one", 1), "16": ("one", 16), "64": ("one", 64), "100 rows": ("many", 16)}
"""Name of a load: what is asked for, and connections."""

FAILURES = (
    *(OSError, RuntimeError, ValueError, LookupError, TypeError),
    *(subprocess.SubprocessError, psutil.Error),
)
"""The faults of a server: it isn't installed, doesn't start, or answers something else."""

TURN_LOADS = ("16", "64")
TURN_SECONDS = 1

WARM_SECONDS = 1
MOST_CHARACTERS = 200
"""Of the reason why a server has no figures."""


@dataclass(frozen=True)
class Effort:
    """The extent of the measuring: seconds of a load, rounds, starts of each server, turns."""

    seconds: int = 2
    rounds: int = 3
    starts: int = 3
    turns: int = 20


@dataclass
class Measuring:
    """Servers that are measured in one run; what is found out about each, by its name."""

    folder: Path
    projects: Path
    effort: Effort
    tell: Callable[[str], None]
    found: dict[str, dict[str, Any]] = field(default_factory=dict)

    def run(self, servers: list[Server]) -> dict[str, dict[str, Any]]:
        """Measure servers. One that can't be installed or fails has the reason as its figures."""
        candidates = [each for server in servers if (each := self._alone(server))]
        self._in_turns(candidates)
        return {server.name: self.found[server.name] for server in servers}

    def _alone(self, server: Server) -> Candidate | None:
        """Install a server and measure its size, start and memory, with nothing beside it."""
        self.tell(f"{server.label}: installed, started, verified")
        found = self.found[server.name] = {
            "label": server.label,
            "batching": server.batching,
            "named": server.named,
        }
        with self._noting(server):
            made = environment(server, self.projects, self.folder / "environments")
            candidate = Candidate(
                server,
                made,
                self.projects / server.project,
                self.folder / "models" / server.project,
                self.folder / "servers" / server.name,
            )
            try:
                self._start_and_stop(candidate, found)
            finally:
                candidate.end()
            found["installed_mb"] = round(size_mb(made), 1)
            found["versions"] = versions(made)
            return candidate
        return None

    def _start_and_stop(self, candidate: Candidate, found: dict[str, Any]) -> None:
        candidate.start()  # compiles Python's bytecode
        found["start_seconds"] = []
        for _ in range(self.effort.starts):
            candidate.end()
            found["start_seconds"].append(round(candidate.start(), 3))
        found["largest_difference"] = candidate.verify()
        candidate.load(*LOADS["16"], self.effort.seconds)
        found["memory_mb"] = round(candidate.memory_mb(), 1)

    def _in_turns(self, candidates: list[Candidate]) -> None:
        """Start all servers, pause them, and load each in turns while the others stay paused."""
        try:
            for candidate in candidates:
                with self._noting(candidate.server):
                    candidate.start()
                    candidate.verify()
                    candidate.pause()
            for number in range(self.effort.rounds):
                for candidate in candidates:
                    if "missing" not in self.found[candidate.server.name]:
                        self.tell(f"round {number + 1}: {candidate.server.label}")
                        with self._noting(candidate.server):
                            self._round(candidate)
            self._alternate([each for each in candidates if each.server.name in ALTERNATED])
        finally:
            for candidate in candidates:
                candidate.end()

    def _round(self, candidate: Candidate) -> None:
        """Load a paused server in each way, after a second that doesn't count."""
        loads = self.found[candidate.server.name].setdefault("loads", {name: {} for name in LOADS})
        candidate.resume()
        try:
            self._warm(candidate)
            for name, load in LOADS.items():
                for figure, value in asdict(candidate.load(*load, self.effort.seconds)).items():
                    loads[name].setdefault(figure, []).append(round(value, 4))
        finally:
            candidate.pause()

    def _alternate(self, candidates: list[Candidate]) -> None:
        """Load servers that differ in one part by turns of a second, in which the machine is alike.

        From one round to the next it differs by more than such a part costs.
        """
        here = [each for each in candidates if "missing" not in self.found[each.server.name]]
        if len(here) < 2:
            return
        self.tell(f"in turns of {TURN_SECONDS} s: {', '.join(each.server.label for each in here)}")
        for candidate in here:
            candidate.resume()
            self._warm(candidate)
        for number in range(self.effort.turns):
            first = number % len(here)
            for candidate in [*here[first:], *here[:first]]:
                with self._noting(candidate.server):
                    self._turn(candidate)

    def _turn(self, candidate: Candidate) -> None:
        turns = self.found[candidate.server.name].setdefault("turns", {})
        for name in TURN_LOADS:
            loaded = candidate.load(*LOADS[name], TURN_SECONDS)
            turns.setdefault(name, []).append(round(loaded.requests_per_second, 1))

    def _warm(self, candidate: Candidate) -> None:
        """Load a server that has stood still; start it anew if it did not survive that."""
        try:
            candidate.load(*LOADS["1"], WARM_SECONDS)
        except (RuntimeError, subprocess.SubprocessError):
            candidate.end()
            candidate.start()
            candidate.load(*LOADS["1"], WARM_SECONDS)

    @contextmanager
    def _noting(self, server: Server) -> Iterator[None]:
        """Note the reason where a server fails, and go on with the others."""
        try:
            yield
        except FAILURES as error:
            said = str(error)
            if isinstance(error, subprocess.CalledProcessError):
                said = f"{error.cmd[0]} failed: {error.stderr}"
            reason = " ".join(said.split())[:MOST_CHARACTERS] or type(error).__name__
            self.found[server.name]["missing"] = reason
            self.tell(f"{server.label}: {reason}")
