"""The control plane as one background process, for as long as a test run lasts.

Its folder holds the kubeconfig, the images that can be pulled, the logs, and `ready` once it is so.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import yaml

from tests.support.services import free_port

from .api import Api, ApiError
from .definitions import define, established
from .node import Node
from .programs import etcd, programs

TOKEN = "the-administrators-token"
PATIENCE = 120
WAYS = ["--leader-elect=false", "--bind-address=127.0.0.1"]
THRIFT = {"GOGC": "1000"}
"""Go's programs collect garbage less often: a quarter of the API server's time goes into it."""


class Daemon:
    """The programs of a control plane, with their state in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._programs = programs()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._port = free_port()
        self._certificates = folder / "certificates"
        address = f"https://127.0.0.1:{self._port}"
        self.api = Api(address, TOKEN, self._certificates / "apiserver.crt")

    def start(self) -> Node:
        """Start all programs, and return the node once the cluster takes pods."""
        self._start_server()
        config = write_kubeconfig(self.folder / "kubeconfig", self.api)
        self._run("kube-controller-manager", *WAYS, *_as(config), *self._of_accounts())
        self._run("kube-scheduler", *WAYS, *_as(config))
        define(self.api)
        self._wait_for(lambda: established(self.api))
        node = Node(self.api, self.folder)
        node.join(self._certificates / "apiserver.crt")
        return node

    def stop(self) -> None:
        """End all programs."""
        for each in self._processes:
            each.kill()

    def _start_server(self) -> None:
        key = self.folder / "accounts.key"
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        tokens = self.folder / "tokens.csv"
        tokens.write_text(f"{TOKEN},administrator,1,system:masters\n")
        store, peers = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        self._run(
            str(etcd()),
            f"--data-dir={self.folder / 'etcd'}",
            *(f"--{kind}-client-urls={store}" for kind in ("listen", "advertise")),
            f"--listen-peer-urls={peers}",
            "--unsafe-no-fsync",
        )
        self._run(
            "kube-apiserver",
            f"--etcd-servers={store}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={self._port}",
            f"--cert-dir={self._certificates}",
            "--service-account-issuer=https://kubernetes.default.svc",
            *(f"--service-account-{of}-file={key}" for of in ("key", "signing-key")),
            f"--token-auth-file={tokens}",
            "--authorization-mode=Node,RBAC",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--endpoint-reconciler-type=none",
            "--kubelet-preferred-address-types=InternalIP",
        )
        self._wait_for(lambda: self.api.text("/readyz") == "ok")

    def _of_accounts(self) -> list[str]:
        return [
            f"--service-account-private-key-file={self.folder / 'accounts.key'}",
            f"--root-ca-file={self.api.authority}",
            "--node-monitor-grace-period=1h",  # the node says that it is well only once
            "--horizontal-pod-autoscaler-sync-period=1s",
        ]

    def _run(self, program: str, *arguments: str) -> None:
        with (self.folder / f"{Path(program).name}.log").open("wb") as log:
            command = [str(self._programs / program), *arguments]
            environment = os.environ | THRIFT
            self._processes.append(
                subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            )

    def _wait_for(self, ready: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while True:
            with suppress(OSError, ApiError):
                if ready():
                    return
            ended = any(each.poll() is not None for each in self._processes)
            if ended or time.monotonic() > end:
                raise RuntimeError(
                    f"the control plane did not start: see the logs in {self.folder}"
                )
            time.sleep(0.1)


def _as(config: Path) -> list[str]:
    parts = ("kubeconfig", "authentication-kubeconfig", "authorization-kubeconfig")
    return [*(f"--{part}={config}" for part in parts), f"--secure-port={free_port()}"]


def write_kubeconfig(file: Path, api: Api, namespace: str = "default") -> Path:
    """Write a kubeconfig by which a client is whoever the token of `api` names."""
    cluster = {"server": api.address, "certificate-authority": str(api.authority)}
    context = {"cluster": "here", "user": "me", "namespace": namespace}
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "here",
        "contexts": [{"name": "here", "context": context}],
        "clusters": [{"name": "here", "cluster": cluster}],
        "users": [{"name": "me", "user": {"token": api.token}}],
    }
    file.write_text(yaml.safe_dump(content))
    return file


def main(folder: Path, run: int) -> None:
    """Keep a control plane until the process of a test run ends."""
    daemon = Daemon(folder)
    try:
        node = daemon.start()
        follows = threading.Thread(target=node.follow, daemon=True)
        follows.start()
        (folder / "ready").touch()
        while psutil.pid_exists(run) and follows.is_alive():
            time.sleep(0.5)
        node.end()
    finally:
        daemon.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
