"""A node: it takes the pods that are bound to it, and answers for their logs."""

import itertools
import shutil
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from .api import Api, Object
from .containers import Images
from .network import serve_names
from .pods import PodThread

NAME = "here"
ROOM = {"cpu": "64", "memory": "256Gi", "pods": "500"}
NODE = f"/api/v1/nodes/{NAME}"
FOLLOW_S = 0.1


class Node:
    """This machine as the one node of the cluster."""

    def __init__(self, api: Api, folder: Path) -> None:
        self.api, self.folder = api, folder
        self.images = Images(folder / "images")
        self._ports = folder / "ports"
        for each in ("images", "ports", "pods"):
            (folder / each).mkdir()
        self.proxy_port = serve_names(api, self._ports)
        self._pods: dict[str, PodThread] = {}
        self._addresses = (f"10.244.{n // 250}.{n % 250 + 1}" for n in itertools.count())
        self._lock = threading.Lock()

    def join(self, certificate: Path) -> None:
        """Become a node of the cluster, ready for pods."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Logs", (_Logs,), {"node": self}))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        labels = {"kubernetes.io/hostname": NAME, "topology.kubernetes.io/zone": "zone"}
        metadata = {"name": NAME, "labels": labels}
        self.api.create("/api/v1/nodes", {"apiVersion": "v1", "kind": "Node", "metadata": metadata})
        status = {
            "capacity": ROOM,
            "allocatable": ROOM,
            "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": server.server_port}},
            "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}],
        }
        self.api.patch(f"{NODE}/status", {"status": status})

    def follow(self) -> None:
        """Start and end pods as the API server says, for ever."""
        while True:
            for event in self.api.watch("/api/v1/pods", fieldSelector=f"spec.nodeName={NAME}"):
                if event["type"] in ("ADDED", "MODIFIED"):
                    self._see(event["object"])
                if event["type"] == "DELETED":
                    self._gone(event["object"])

    def _see(self, pod: Object) -> None:
        uid = pod["metadata"]["uid"]
        ends = "deletionTimestamp" in pod["metadata"]
        with self._lock:
            known = self._pods.get(uid)
            if known is None and not ends:
                known = self._pods[uid] = PodThread(self, pod, next(self._addresses))
                (self._ports / known.address).write_text(str(known.port))
                known.start()
                return
        if known and ends:
            known.pod["metadata"] |= pod["metadata"]
            known.pod["status"]["conditions"] = pod["status"].get("conditions") or []
            known.ending.set()
        elif ends:
            self._delete(pod)

    def _gone(self, pod: Object) -> None:
        """End what is left of a pod that was deleted at once."""
        if known := self._pods.get(pod["metadata"]["uid"]):
            known.ending.set()

    def forget(self, pod: PodThread) -> None:
        """Tell the API server that a pod has ended."""
        (self._ports / pod.address).unlink(missing_ok=True)
        if pod.ending.is_set():
            self._pods.pop(pod.pod["metadata"]["uid"], None)
            self._delete(pod.pod)
            shutil.rmtree(pod.folder, ignore_errors=True)

    def _delete(self, pod: Object) -> None:
        metadata = pod["metadata"]
        path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
        self.api.delete(path, gracePeriodSeconds=0, preconditions={"uid": metadata["uid"]})

    def end(self) -> None:
        """End all processes at once."""
        for pod in [*self._pods.values()]:
            pod.kill()

    def log(self, namespace: str, name: str, container: str, *, follows: bool) -> Iterator[bytes]:
        """Yield what a container has said, and if asked what it says until it ends."""
        file = self.folder / "pods" / namespace / name / f"{container}.log"
        if not file.is_file():
            return
        with file.open("rb") as opened:
            while True:
                ends = not (follows and self._runs(namespace, name, container))
                yield opened.read()
                if ends:
                    return
                time.sleep(FOLLOW_S)

    def _runs(self, namespace: str, name: str, container: str) -> bool:
        path = f"/api/v1/namespaces/{namespace}/pods/{name}"
        return any(each.path == path and each.runs(container) for each in [*self._pods.values()])


def _stamped(parts: Iterator[bytes], since: str) -> Iterator[bytes]:
    """Yield lines with times, three in a second, which are the same whenever they are asked."""
    rest, number = b"", 0
    for part in parts:
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            second = datetime.fromtimestamp(number // 3, UTC).isoformat().removesuffix("+00:00")
            if f"{second}Z" >= since:
                yield f"{second}.{number % 3:09}Z ".encode() + line + b"\n"
            number += 1


class _Logs(BaseHTTPRequestHandler):
    node: Node

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        _, what, *rest = asked.path.split("/")
        if what != "containerLogs" or len(rest) != 3:
            self.send_error(404)
            return
        query = parse_qs(asked.query)
        follows = query.get("follow") == ["true"]
        parts = self.node.log(*rest, follows=follows)
        if query.get("timestamps") == ["true"]:
            parts = _stamped(parts, *query.get("sinceTime", [""]))
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):  # whoever reads may go
            for part in parts:
                self.wfile.write(part)

    def log_message(self, *arguments: object) -> None:
        """Keep the output for what matters."""
