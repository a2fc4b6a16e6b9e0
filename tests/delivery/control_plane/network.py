"""Ways to a Service: its ready endpoints, as the cluster's own controllers list them."""

import http.client
import re
import socket
import threading
from base64 import b64decode
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from .api import Api, Object

_OF_A_POD = re.compile(r"(tcp|tls)://([-a-z0-9]+\.[-a-z0-9]+):(\d+)")
PROPAGATION = 1.0
"""Seconds after which a node knows of a change of a Service's endpoints."""


def endpoints(api: Api, ports: Path, namespace: str, service: str) -> list[int]:
    """Return the ports on this machine of a Service's ready pods.

    Args:
        api: The API server.
        ports: The folder in which the node keeps each pod's port, by its address.
        namespace: Where the Service is.
        service: Its name.
    """
    path = f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"
    slices = api.objects(path, labelSelector=f"kubernetes.io/service-name={service}")
    ready = [
        address
        for each in slices
        for endpoint in each.get("endpoints") or []
        if endpoint["conditions"].get("ready")
        for address in endpoint["addresses"]
    ]
    return [int(file.read_text()) for each in ready if (file := ports / each).is_file()]


class Balancer:
    """A Service's port: each new connection goes to a ready pod, in turn; others stay."""

    def __init__(self, api: Api, ports: Path, namespace: str, service: str) -> None:
        self._ask = (api, ports, namespace, service)
        self._pods = endpoints(*self._ask)
        self._closed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        for work in (self._accept, self._follow):
            threading.Thread(target=work, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        self._closed.set()
        self._listener.close()

    def _follow(self) -> None:
        while not self._closed.wait(PROPAGATION):
            self._pods = endpoints(*self._ask)

    def _accept(self) -> None:
        turn = 0
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                turn += 1
                pods = self._pods
                upstream = socket.create_connection(("127.0.0.1", pods[turn % len(pods)]))
                for ends in ((client, upstream), (upstream, client)):
                    threading.Thread(target=_pipe, args=ends, daemon=True).start()


def _pipe(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def own_address(address: str) -> str:
    """Return where the programs of a pod with an address listen: a loopback of their own."""
    return f"127.{address.partition('.')[2]}"


class Doors:
    """The ways of a pod's programs to pods that its variables name, as tcp://host.service:port."""

    def __init__(self, api: Api, pod: Object, address: str) -> None:
        self._api, self._namespace = api, pod["metadata"]["namespace"]
        self._own = f"{pod['spec'].get('hostname')}.{pod['spec'].get('subdomain')}"
        self._address = own_address(address)
        self._doors: dict[tuple[str, int], Door] = {}

    def reached(self, variables: dict[str, str]) -> dict[str, str]:
        """Return those variables that do, by addresses of this machine."""
        found = {name: _OF_A_POD.fullmatch(value) for name, value in variables.items()}
        return {name: f"{by[1]}://{self._to(by)}" for name, by in found.items() if by}

    def close(self) -> None:
        for door in self._doors.values():
            door.close()

    def _to(self, by: re.Match[str]) -> str:
        if by[2] == self._own:
            return f"{self._address}:{by[3]}"
        key = (by[2], int(by[3]))
        if key not in self._doors:
            self._doors[key] = Door(self._api, self._namespace, *key)
        return f"127.0.0.1:{self._doors[key].port}"


class Door:
    """A pod's stable name and a port, as a pod's programs reach it: by a port of this machine.

    It is looked up at each connection, as DNS does it: by a headless Service's endpoints that are
    ready, or as good as.
    """

    def __init__(self, api: Api, namespace: str, name: str, port: int) -> None:
        self._api, self._namespace, self._port = api, namespace, port
        self._host, _, self._service = name.partition(".")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._enter, args=(client,), daemon=True).start()

    def _enter(self, client: socket.socket) -> None:
        try:
            (address,) = self._addresses()
            upstream = socket.create_connection((own_address(address), self._port))
        except (OSError, ValueError):
            client.close()
            return
        for ends in ((client, upstream), (upstream, client)):
            threading.Thread(target=_pipe, args=ends, daemon=True).start()

    def _addresses(self) -> list[str]:
        path = f"/apis/discovery.k8s.io/v1/namespaces/{self._namespace}/endpointslices"
        label = f"kubernetes.io/service-name={self._service}"
        return [
            address
            for each in self._api.objects(path, labelSelector=label)
            for endpoint in each.get("endpoints") or []
            if endpoint.get("hostname") == self._host and endpoint["conditions"].get("ready")
            for address in endpoint["addresses"]
        ]


def serve_names(api: Api, ports: Path) -> int:
    """Serve what stands for the cluster's DNS and network, and return its port.

    It is an HTTP proxy that knows the names of Services; its user is the caller's namespace.
    """
    handler = type("Names", (_Names,), {"api": api, "ports": ports})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port


class _Names(BaseHTTPRequestHandler):
    api: Api
    ports: Path

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        service, _, rest = (asked.hostname or "").partition(".")
        own = b64decode(self.headers["Proxy-Authorization"].removeprefix("Basic ")).decode()
        namespace = rest.partition(".")[0] or own.partition(":")[0]
        body = self.rfile.read(int(self.headers.get("content-length", 0))) or None
        if not (pods := endpoints(self.api, self.ports, namespace, service)):
            return self._say(502, f"no pod of {service} in {namespace} is ready".encode())
        connection = http.client.HTTPConnection("127.0.0.1", pods[0], timeout=SECONDS)
        path = f"{asked.path}?{asked.query}" if asked.query else asked.path
        hidden = ("proxy-authorization", "proxy-connection", "connection")
        headers = {k: v for k, v in self.headers.items() if k.lower() not in hidden}
        connection.request(self.command, path, body, headers)
        answer = connection.getresponse()
        return self._say(answer.status, answer.read())

    def do_POST(self) -> None:
        self.do_GET()

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Keep the output for what matters."""


SECONDS = 30
