"""Ctrl-C in the owner's own code ends a command with one word, and no traceback."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

FINALIZER = """
import os, signal, weakref
from model_runtime.terminal import stoppable
class Last: ...
with stoppable():
    last = Last()
    weakref.finalize(last, os.kill, os.getpid(), {})
    del last
    {}
print("it went on")
"""

WAITING = """
from model_runtime.cli import app
def wait(self, *args):
    print("in the hook", flush=True)
    input()
"""
HOOK = """
from shop.use_case.data_loader import DataLoader
DataLoader.{} = wait
"""
IMPORT = """
import importlib.abc, sys
class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "shop.use_case.model":
            wait(None)
sys.meta_path.insert(0, Finder())
"""


@pytest.mark.parametrize(
    ("command", "where"),
    [
        ("train", HOOK.format("load_data")),
        ("train", IMPORT),
        ("data", HOOK.format("fetch_data")),
    ],
)
def test_a_command_is_interrupted(command: str, where: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", f"{WAITING}{where}app()", command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    for line in process.stdout:
        if "in the hook" in line:
            break
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (128 + signal.SIGINT, "Interrupted.\n")


@pytest.fixture
def hung_up_by_default() -> Iterator[None]:
    """The tests themselves may run under nohup, and what they start inherits it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("hung_up_by_default")
def test_nohup_lets_a_command_outlive_its_terminal() -> None:
    hung_up = "import os, signal\nos.kill(os.getpid(), signal.SIGHUP)\nprint('it went on')"
    code = f"from model_runtime.terminal import stoppable\nwith stoppable():\n    exec({hung_up!r})"
    for program, said in ((["nohup"], "it went on\n"), ([], "")):
        command = [*program, sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, text=True)
        assert (done.stdout, done.returncode == 0) == (said, bool(said))


@pytest.mark.parametrize("then", ["signal.pause()", "pass"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_comes_upon_a_finalizer_ends_the_command_too(number: int, then: str) -> None:
    command = [sys.executable, "-c", FINALIZER.format(int(number), then)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, "", "Interrupted.\n")
