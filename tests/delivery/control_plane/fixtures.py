"""The control plane of a test run, and a namespace in it for each test."""

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.projects import Shared
from tools.examples import ROOT

from .api import Api
from .cluster import RESTRICTED, Cluster
from .daemon import PATIENCE, TOKEN, write_kubeconfig
from .programs import programs


def control_plane(shared: Shared) -> Path:
    """Return the folder of the run's control plane, which the first that asks for it starts."""
    programs()
    with shared.once("control-plane") as (folder, done):
        if not done:
            _start(folder)
    return folder


def _start(folder: Path) -> None:
    """Start it in the background; it ends with the test run, whichever worker this is."""
    run = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    command = [sys.executable, "-m", "tests.delivery.control_plane.daemon", folder, run]
    log = folder / "daemon.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*map(str, command)], cwd=ROOT, stdout=output, stderr=output, start_new_session=True
        )
    end = time.monotonic() + PATIENCE
    while not (folder / "ready").exists():
        assert process.poll() is None and time.monotonic() < end, log.read_text()
        time.sleep(0.1)


@contextmanager
def namespace(folder: Path, own: Path) -> Iterator[Cluster]:
    """Yield a new namespace; its kubeconfig lies in a folder of the test's own."""
    address = _address(folder)
    api = Api(address, TOKEN, folder / "certificates" / "apiserver.crt")
    name = f"test-{uuid.uuid4().hex[:12]}"
    metadata = {"name": name, "labels": RESTRICTED}
    given = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    api.create("/api/v1/namespaces", given)
    kubeconfig = write_kubeconfig(own / "kubeconfig", api, name)
    try:
        yield Cluster(api, name, folder, kubeconfig)
    finally:
        api.delete(f"/api/v1/namespaces/{name}")


def _address(folder: Path) -> str:
    lines = (folder / "kubeconfig").read_text().split()
    return lines[lines.index("server:") + 1]
