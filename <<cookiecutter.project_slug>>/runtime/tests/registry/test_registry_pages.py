"""The registry's pages: their address, their end, and a port in use."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from model_runtime.settings import Settings
from model_runtime.testing.service import PATIENCE

from ..support.sample import PREFIX


def ui(registry: Path, port: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "model_runtime", "ui", "--port", str(port)],
        env=os.environ | {f"{PREFIX}PATHS__REGISTRY": str(registry)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_pages_address_is_told_when_they_answer_and_they_end_with_the_command(
    settings: Settings,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with ui(settings.paths.registry, port) as process:
        assert process.stdout and process.stderr
        threading.Thread(target=process.stderr.read, daemon=True).start()
        told = next(line for line in process.stdout if line.startswith(address))
        assert "Ctrl-C" in told
        assert httpx.get(address, timeout=5).status_code == 200
        process.terminate()
        assert process.wait(PATIENCE) == 128 + signal.SIGTERM
    with pytest.raises(httpx.TransportError):
        httpx.get(address, timeout=5)


def test_pages_on_a_port_in_use_are_refused_with_what_to_do(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with ui(settings.paths.registry, port) as process:
            _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert f"Something listens on port {port} already; choose another (PORT=…)." in told
