"""Commands of a project in one process, for walks in which their starts would take most time."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .commands import clean_environment

_PROGRAM = """
import json, os, sys
from typer.testing import CliRunner
from model_runtime.cli import app
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # what a command's own processes print is no answer
for line in sys.stdin:
    result = CliRunner().invoke(app, json.loads(line))
    print(json.dumps([result.exit_code, result.output]), file=answers, flush=True)
"""


class OneProcess:
    """A process that runs the commands of a project, as each would run in one of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, *command: str) -> str:
        """Run a command and return its output, which is shown where it fails."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, f"{command}: the process is gone"
        code, output = json.loads(line)
        assert code == 0, f"{' '.join(command)}:\n{output[-8000:]}"
        return str(output)


@contextmanager
def one_process(project: Path, **environment: str) -> Iterator[OneProcess]:
    """Run a project's commands in one process of its environment, until the block ends."""
    with subprocess.Popen(
        [project / ".venv" / "bin" / "python", "-c", _PROGRAM],
        cwd=project,
        env=clean_environment(**environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield OneProcess(process)
