"""A function app's handler, called as the host does: requests, answers, and the app's folder."""

import base64
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.commands import clean_environment

ASK = (Path(__file__).parent / "function_calls.py").read_text("utf-8")
JSON = {"Content-Type": "application/json", "X-Request-ID": "mine"}


@dataclass(frozen=True)
class Asked:
    """A request to the app."""

    method: str
    path: str
    body: Any = None
    headers: tuple[tuple[str, str], ...] = tuple(JSON.items())

    def told(self) -> list[Any]:
        """Return it for the program."""
        body = b"" if self.body is None else json.dumps(self.body).encode()
        return [self.method, self.path, dict(self.headers), base64.b64encode(body).decode()]


@dataclass(frozen=True)
class Answered:
    """An answer of the app."""

    status: int
    headers: dict[str, str]
    body: str

    def text(self) -> str:
        """Return its body."""
        return base64.b64decode(self.body).decode()

    def json(self) -> Any:
        """Return what its JSON says."""
        return json.loads(self.text())


@dataclass(frozen=True)
class App:
    """The app's folder, its Python, and what `make azure-function` said."""

    folder: Path
    python: Path
    said: str

    def ask(self, *asked: Asked, **settings: str) -> dict[str, Any]:
        """Call the handler in a new process, with app settings, from another folder."""
        done = subprocess.run(
            [self.python, "-c", ASK, self.folder],
            input=json.dumps([each.told() for each in asked]),
            env=clean_environment(**settings),
            cwd="/",
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        log, _, said = done.stdout.rstrip().rpartition("\n")
        found: dict[str, Any] = json.loads(said)
        found["answers"] = [Answered(**each) for each in found["answers"]]
        return found | {"log": log}
