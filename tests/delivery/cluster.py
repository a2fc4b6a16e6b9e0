"""As much of Kubernetes' API as Helm asks: objects are kept, and whatever is made is ready at once.

No container runs. It shows what Helm sends for a release, from the first install to the end.
"""

import copy
import json
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from .kubernetes_discovery import KINDS, Object, discovery, plural
from .kubernetes_protobuf import MAGIC, read_secret

LOG = "what a container says\n"


@dataclass
class Cluster:
    """The objects, by path; `asked` are the requests that changed something."""

    kubeconfig: Path
    objects: dict[str, Object] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    never_ready: str = ""
    """The ending of an image's name whose pods never become ready."""

    def named(self, kind: str) -> dict[str, Object]:
        """Return the objects of a kind, by their names."""
        found = [each for path, each in self.objects.items() if f"/{plural(kind)}/" in path]
        return {each["metadata"]["name"]: each for each in found}

    def put(self, path: str, given: Object) -> Object:
        """Keep an object, and make it ready as the cluster's controllers would."""
        metadata = given["metadata"]
        metadata.setdefault("uid", str(uuid.uuid4()))
        metadata.setdefault("creationTimestamp", "2026-01-01T00:00:00Z")
        metadata["generation"] = metadata.get("generation", 0) + 1
        metadata["resourceVersion"] = str(len(self.asked))
        if given["kind"] == "Pod":
            given["status"] = {"phase": "Succeeded"}
        if given["kind"] == "Service":
            given["spec"]["clusterIP"] = "10.0.0.1"
        if given["kind"] == "Deployment":
            self._roll_out(path, given)
        self.objects[path] = given
        return given

    def _roll_out(self, path: str, deployment: Object) -> None:
        count = deployment["spec"].get("replicas", 1)
        image = deployment["spec"]["template"]["spec"]["containers"][0]["image"]
        ready = 0 if self.never_ready and image.endswith(self.never_ready) else count
        metadata = deployment["metadata"]
        deployment["status"] = {
            "observedGeneration": metadata["generation"],
            **dict.fromkeys(("replicas", "updatedReplicas"), count),
            "readyReplicas": ready,
        }
        name = f"{metadata['name']}-{metadata['generation']}"
        owner = {"apiVersion": "apps/v1", "kind": "Deployment", "controller": True}
        template = copy.deepcopy(deployment["spec"]["template"])
        self.objects[f"{path.rpartition('/deployments/')[0]}/replicasets/{name}"] = {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {
                "name": name,
                "namespace": metadata["namespace"],
                "labels": template["metadata"]["labels"],
                "uid": str(uuid.uuid4()),
                "creationTimestamp": f"2026-01-01T00:00:{metadata['generation']:02}Z",
                "ownerReferences": [owner | {"name": metadata["name"], "uid": metadata["uid"]}],
            },
            "spec": {"replicas": count, "template": template},
            "status": {"replicas": count, "readyReplicas": ready},
        }


def merged(before: Any, patch: Any) -> Any:
    """Lay a patch over an object; lists of what has names are merged by these."""
    if isinstance(before, dict) and isinstance(patch, dict):
        known = {key: value for key, value in patch.items() if not key.startswith("$")}
        laid = before | {key: merged(before.get(key), value) for key, value in known.items()}
        return {key: value for key, value in laid.items() if value is not None}
    if isinstance(before, list) and isinstance(patch, list) and _have_names(before + patch):
        by_name = {each["name"]: each for each in before}
        for each in patch:
            by_name[each["name"]] = merged(by_name.get(each["name"]), each)
        return [each for each in by_name.values() if each.get("$patch") != "delete"]
    return patch


def _have_names(values: list[Any]) -> bool:
    return all(isinstance(each, dict) and "name" in each for each in values)


class _Api(BaseHTTPRequestHandler):
    cluster: Cluster
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        if (found := discovery(path.path)) is not None:
            return self._say(200, found)
        if path.path in self.cluster.objects:
            return self._say(200, self.cluster.objects[path.path])
        if path.path.endswith("/log"):
            return self._write(200, LOG.encode())
        if path.path.rpartition("/")[2] in {plural(k) for ks in KINDS.values() for k in ks}:
            return self._say(200, self._list(path.path, parse_qs(path.query)))
        return self._missing()

    def do_POST(self) -> None:
        given = self._body()
        path = f"{urlsplit(self.path).path}/{given['metadata']['name']}"
        self._changed("POST", path)
        if path in self.cluster.objects:
            return self._say(409, _status(409, "AlreadyExists"))
        if "/namespaces/" in path:
            given["metadata"]["namespace"] = path.split("/namespaces/")[1].split("/")[0]
        return self._say(201, self.cluster.put(path, given))

    def do_PUT(self) -> None:
        path = urlsplit(self.path).path
        self._changed("PUT", path)
        self._say(200, self.cluster.put(path, self._body()))

    def do_PATCH(self) -> None:
        path = urlsplit(self.path).path
        patch = self._body()
        self._changed("PATCH", path)
        before = copy.deepcopy(self.cluster.objects[path])
        self._say(200, self.cluster.put(path, merged(before, patch)))

    def do_DELETE(self) -> None:
        path = urlsplit(self.path).path
        self._body()
        if path not in self.cluster.objects:
            return self._missing()
        self._changed("DELETE", path)
        return self._say(200, self.cluster.objects.pop(path))

    def _list(self, path: str, query: dict[str, list[str]]) -> Object:
        wanted = dict(
            part.split("=")
            for part in query.get("labelSelector", [""])[0].split(",")
            if "=" in part
        )
        items = [
            each
            for at, each in self.cluster.objects.items()
            if at.startswith(f"{path}/")
            and wanted.items() <= each["metadata"].get("labels", {}).items()
        ]
        name = path.rpartition("/")[2]
        ((version, kind),) = [(v, k) for v, ks in KINDS.items() for k in ks if plural(k) == name]
        return {"apiVersion": version, "kind": f"{kind}List", "metadata": {}, "items": items}

    def _changed(self, method: str, path: str) -> None:
        self.cluster.asked.append(f"{method} {path}")

    def _body(self) -> Object:
        text = self.rfile.read(int(self.headers.get("content-length", 0)))
        if text.startswith(MAGIC):
            # Its options, of a deletion, are the only other thing that comes so.
            return read_secret(text) if self.command in ("POST", "PUT") else {}
        found: Object = json.loads(text) if text else {}
        return found

    def _missing(self) -> None:
        self._say(404, _status(404, "NotFound"))

    def _say(self, status: int, value: Object) -> None:
        self._write(status, json.dumps(value).encode())

    def _write(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def _status(code: int, reason: str) -> Object:
    base = {"apiVersion": "v1", "kind": "Status", "status": "Failure"}
    return base | {"code": code, "reason": reason, "message": reason}


@contextmanager
def running(folder: Path) -> Iterator[Cluster]:
    """Yield a cluster, until the block ends; its kubeconfig lies in a folder."""
    cluster = Cluster(folder / "kubeconfig")
    handler = type("Api", (_Api,), {"cluster": cluster})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    cluster.kubeconfig.write_text(
        yaml.safe_dump(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": "here",
                "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
                "clusters": [{"name": "here", "cluster": {"server": address}}],
                "users": [{"name": "me", "user": {}}],
            }
        )
    )
    try:
        yield cluster
    finally:
        server.shutdown()
        server.server_close()
