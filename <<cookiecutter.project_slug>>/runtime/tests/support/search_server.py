"""A stand-in for Elasticsearch's search API, over TLS, which refuses what Elasticsearch would.

https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-open-point-in-time and
…/operation-search: parameters, bodies and answers as there.
"""

import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

MOST = 10_000
"""Elasticsearch's `index.max_result_window`."""

_SEARCH = {"size", "query", "pit", "sort", "track_total_hits", "_source", "search_after"}


class Refused(Exception):
    """A request that gets an error; the status, and the reason."""


@dataclass
class Index:
    """An index and what was asked of it."""

    name: str
    documents: list[dict[str, Any]]
    authorization: str = ""
    fail: list[int] = field(default_factory=list)
    """Statuses of the next answers, before any is good."""
    points: set[str] = field(default_factory=set)
    """Open points in time."""
    opened: int = 0
    searches: int = 0

    def answer(self, method: str, address: str, headers: Any, content: bytes) -> Any:
        parts, asked = urlsplit(address), parse_qs(urlsplit(address).query)
        if self.authorization and headers.get("Authorization") != self.authorization:
            raise Refused(401, "missing authentication credentials for REST request")
        if self.fail:
            raise Refused(self.fail.pop(0), "not now")
        if method == "POST" and parts.path == f"/{self.name}/_pit":
            if asked != {"keep_alive": ["5m"]} or content:
                raise Refused(400, f"bad request to open a point in time: {address}")
            return {"id": self._point()}
        if method == "POST" and parts.path == "/_search":
            if asked != {"allow_partial_search_results": ["false"]}:
                raise Refused(400, f"unknown parameters: {asked}")
            return self._search(json.loads(content))
        if method == "DELETE" and parts.path == "/_pit":
            self.points.remove(json.loads(content)["id"])
            return {"succeeded": True, "num_freed": 1}
        raise Refused(404, f"no such index [{parts.path}]")

    def _point(self) -> str:
        self.opened += 1
        self.points = {f"point-{self.opened}"}
        return f"point-{self.opened}"

    def _search(self, asked: dict[str, Any]) -> Any:
        if unknown := asked.keys() - _SEARCH:
            raise Refused(400, f"unknown key for a search: {unknown}")
        if asked["pit"]["id"] not in self.points:
            raise Refused(404, "No search context found")
        if not 0 < asked["size"] <= MOST or asked["sort"] != [{"_shard_doc": "asc"}]:
            raise Refused(400, "bad size or sort")
        self.searches += 1
        found = [
            (place, each)
            for place, each in enumerate(self.documents)
            if _fits(each, asked["query"])
        ]
        after = asked.get("search_after", [-1])[0]
        page = [(place, each) for place, each in found if place > after][: asked["size"]]
        total = {"total": {"value": len(found), "relation": "eq"}}
        hits = [
            {
                "_id": str(place),
                "sort": [place],
                "_source": {name: each[name] for name in asked["_source"] if name in each},
            }
            for place, each in page
        ]
        # Each answer names the point anew, and the newest is to be used.
        return {
            "pit_id": self._point(),
            "timed_out": False,
            "hits": {**(total if asked["track_total_hits"] else {}), "hits": hits},
        }


def _fits(document: dict[str, Any], query: dict[str, Any]) -> bool:
    (conditions,) = query["bool"].values()
    assert query["bool"].keys() == {"filter"}
    for condition in conditions:
        ((kind, fields),) = condition.items()
        ((name, wanted),) = fields.items()
        value = document.get(name)
        if kind not in ("terms", "range"):
            raise Refused(400, f"unknown query [{kind}]")
        if kind == "terms" and value not in wanted:
            return False
        if kind == "range":
            time = datetime.fromisoformat(str(value))
            if "gte" in wanted and time < datetime.fromisoformat(wanted["gte"]):
                return False
            if "lt" in wanted and time >= datetime.fromisoformat(wanted["lt"]):
                return False
    return True


@contextmanager
def searching(index: Index, folder: Path) -> Iterator[str]:
    """Serve an index over TLS; its certificate is `folder/ca.pem`. Yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                status, found = 200, index.answer(self.command, self.path, self.headers, content)
            except Refused as refused:
                status, reason = refused.args
                found = {"error": {"type": "x", "reason": reason}, "status": status}
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        do_POST = do_DELETE = _answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*_certificate(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate for 127.0.0.1 that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    )
    certificate, secret = folder / "ca.pem", folder / "key.pem"
    certificate.write_bytes(
        built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, secret
