"""Ctrl-C in the owner's own code ends a command with one word, and no traceback."""

import signal
import subprocess
import sys

import pytest

CODE = """
from shop.use_case.data_loader import DataLoader
from model_runtime.cli import app

def wait(self, *args):
    print("in the hook", flush=True)
    input()

DataLoader.{hook} = wait
app()
"""


@pytest.mark.parametrize(("command", "hook"), [("train", "load_data"), ("data", "fetch_data")])
def test_a_command_is_interrupted(command: str, hook: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", CODE.format(hook=hook), command],
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
