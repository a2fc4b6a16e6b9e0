"""The main job, from nothing to an answer: scaffold Titanic, train it, serve it, ask it."""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tools.examples import ROOT, make_example

PATIENCE = 60
"""Seconds that the service may take to be ready."""


def main() -> int:
    """Run the demo; Ctrl-C ends it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--output", type=Path, default=ROOT / "build", help="where the project goes"
    )
    parser.add_argument("--port", type=int, help="8000, or a free one where that is taken")
    parser.add_argument("--once", action="store_true", help="end after the prediction")
    options = parser.parse_args()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: sys.exit(1))
    project = _project(options.output)
    make(project, "setup")
    make(project, "train")
    port = options.port or free_port(8000)
    program = str(project / ".venv" / "bin" / "titanic")
    # In a session of its own, so that Ctrl-C reaches it through this program alone.
    service = subprocess.Popen(
        [program, "serve", "--port", str(port)], cwd=project, start_new_session=True
    )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", service)
        survived = _ask(project, port)
        _say(port, survived)
        if not options.once:
            service.wait()
    except KeyboardInterrupt:
        sys.stdout.write("\nStopping.\n")
    finally:
        service.terminate()
        service.wait()
    return 0


def _project(output: Path) -> Path:
    """Make the project, over an older one too; of that, a lock that no longer fits goes."""
    dependencies = output / "titanic" / "pyproject.toml"
    before = dependencies.read_text("utf-8") if dependencies.exists() else None
    project = make_example("titanic", output)
    if before is not None and before != dependencies.read_text("utf-8"):
        (project / "uv.lock").unlink(missing_ok=True)
    return project


def make(project: Path, *words: str, capture: bool = False, may_fail: bool = False) -> str:
    """Run the project's own `make` as its user would; return its output where captured."""
    sys.stdout.write(f"\n$ make {' '.join(words)}\n")
    sys.stdout.flush()
    run = subprocess.run(
        ["make", "--no-print-directory", *words],
        cwd=project,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
        stdout=subprocess.PIPE if capture else None,
        text=True,
    )
    if run.returncode and not may_fail:
        sys.exit(f"`make {' '.join(words)}` failed in {project}.")
    return run.stdout or ""


def free_port(wanted: int) -> int:
    """Return a port, or a free one where it is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port")


def wait_until_ready(url: str, service: subprocess.Popen[bytes]) -> None:
    """Return when a service is ready; end where it takes too long."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and service.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=5):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            found = str(error.read(), "utf-8")
        except OSError as error:
            found = str(error)
        time.sleep(0.1)
    sys.exit(f"The service at {url} is not ready: {found}")


def _ask(project: Path, port: int) -> float:
    shown = make(project, "predict", f"PORT={port}", capture=True)
    sys.stdout.write(shown)
    survived = float(json.loads(shown.splitlines()[-1])["survived_proba"])
    if survived <= 0.5:
        sys.exit("Passenger 1 survived, and the service says that she died.")
    return survived


def _say(port: int, survived: float) -> None:
    sys.stdout.write(
        f"""
That was passenger 1, a woman of 29 in the first class; she survived ({survived:.0%} sure).

  web page   http://127.0.0.1:{port}/
  API        http://127.0.0.1:{port}/docs
  Ctrl-C ends the service.
"""
    )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
