"""A server that is measured: started, asked, verified, loaded."""

import json
import os
import socket
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .load import Loaded, load
from .process import Running, on_core, start, wait
from .server import Server
from .wires import WIRES, Probabilities, Row

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS, ANSWER_SECONDS = 180, 60
MODULE = "model_runtime.serving"
MOST_CHARACTERS = 200
"""Of an answer that says what is wrong."""

ALONE = 10
"""Rows that are verified one by one, before all of them are asked about at once."""

TOLERANCE = 1e-5
"""Largest difference from the bundle's probabilities, for single precision has been at work."""


@dataclass
class Candidate:
    """A server, its environment, its project, and the folders of the models and of its files."""

    server: Server
    environment: Path
    project: Path
    models: Path
    folder: Path
    running: Running | None = None
    port: int = 0

    def __post_init__(self) -> None:
        """Write the requests' bodies."""
        self.folder.mkdir(parents=True, exist_ok=True)
        noted = json.loads((self.models / "rows.json").read_text("utf-8"))
        self._rows: list[Row] = noted["rows"]
        self._expected: Probabilities = noted["expected"]
        for name, rows in (("one", self._rows[:1]), ("many", self._rows)):
            self._body(name).write_bytes(self._written(rows))

    def start(self) -> float:
        """Start it and return the seconds until its first answer.

        Raises:
            RuntimeError: It ends, or is refused what it has to do before.
            TimeoutError: It doesn't answer.
        """
        self.port = _free_ports()
        variables = self._variables()
        if self.server.prepare:
            self._prepare(variables)
        folder = self.project if self.server.ours else self.folder
        log, begin = self.folder / "log.txt", time.perf_counter()
        running = start(self._command(), folder, log, quiet=self.server.ours, **variables)
        self.running, body = running, self._body("one").read_bytes()
        with on_core(1):
            for _ in wait(running, START_SECONDS):
                with suppress(OSError):
                    self._ask("one", body)
                    break
        return time.perf_counter() - begin

    def verify(self) -> float | None:
        """Hold its answers to the bundle's and return the largest difference; an echo has none.

        Raises:
            ValueError: One differs.
        """
        if self.server.bare:
            return None
        worst = 0.0
        each = [(self._rows[n : n + 1], self._expected[n : n + 1]) for n in range(ALONE)]
        for rows, expected in [*each, (self._rows, self._expected)]:
            body = self._written(rows)
            answer = json.loads(self._ask("one" if len(rows) == 1 else "many", body))
            got = WIRES[self.server.wire].read(answer)
            for pair in zip(got, expected, strict=True):
                worst = max(worst, *(abs(a - b) for a, b in zip(*pair, strict=True)))
        if worst > TOLERANCE:
            raise ValueError(f"its answers differ from the bundle's by {worst:.1e}")
        return worst

    def load(self, rows: str, connections: int, seconds: float) -> Loaded:
        """Load it with requests for `one` row or for `many`."""
        with on_core(1):
            return load(self._url(rows), self._body(rows), connections, seconds)

    def pause(self) -> None:
        """Let it use no time while others are measured."""
        self._started().pause()

    def resume(self) -> None:
        """Let it go on."""
        self._started().resume()

    def memory_mb(self) -> float:
        """Return its resident memory."""
        return self._started().memory_mb()

    def _started(self) -> Running:
        if not self.running:
            raise RuntimeError(f"{self.server.label} is not started")
        return self.running

    def end(self) -> None:
        """End it, if it runs."""
        if self.running:
            self.running.end()
            self.running = None

    def _command(self) -> list[str]:
        if self.server.ours:
            script = self.server.script
            what = [str(Path(__file__).with_name(script))] if script else ["-m", MODULE]
            return [str(self.environment / "bin" / "python"), *what]
        return self._filled(self.server.command)

    def _prepare(self, variables: dict[str, str]) -> None:
        log = self.folder / "log.txt"
        prepare = start(self._filled(self.server.prepare), self.folder, log, False, **variables)
        if prepare.process.wait():
            prepare.demand_alive()

    def _filled(self, parts: tuple[str, ...]) -> list[str]:
        given = {"bin": self.environment / "bin", "port": self.port, "folder": self.folder}
        return [part.format(**given) for part in parts]

    def _variables(self) -> dict[str, str]:
        if not self.server.ours:
            model = str(self.models / "model.joblib")
            # As in an environment that is activated: some start programs of it by their names.
            path = f"{self.environment / 'bin'}{os.pathsep}{os.environ['PATH']}"
            given = {"PORT": str(self.port), "MODEL": model, "PYTHONPATH": str(ROOT)}
            return given | {"PATH": path}
        bundle = self.models / self.server.engine / "model_bin"
        settings = {"PATHS__BUNDLE": str(bundle), "SERVING__PORT": str(self.port)}
        prefix = f"{self.server.project}_".upper()
        return {prefix + name: value for name, value in (settings | self.server.settings).items()}

    def _written(self, rows: list[Row]) -> bytes:
        return json.dumps(WIRES[self.server.wire].write(rows)).encode()

    def _body(self, rows: str) -> Path:
        return self.folder / f"{rows}.json"

    def _url(self, rows: str) -> str:
        return f"http://127.0.0.1:{self.port}{self.server.paths[rows]}"

    def _ask(self, rows: str, body: bytes) -> bytes:
        request = urllib.request.Request(
            self._url(rows), body, {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as response:
                answer: bytes = response.read()
        except urllib.error.HTTPError as error:
            said = error.read().decode("utf-8", "replace")[:MOST_CHARACTERS]
            raise OSError(f"it answers {error.code}: {said}") from error
        return answer


def _free_ports() -> int:
    """Return a port that is free, and so are the two above it."""
    while True:
        with socket.socket() as first, socket.socket() as second, socket.socket() as third:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
                third.bind(("127.0.0.1", port + 2))
            except OSError:
                continue
            return port
