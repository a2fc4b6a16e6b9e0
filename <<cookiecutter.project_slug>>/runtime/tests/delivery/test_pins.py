"""Images are named by the digests that their registries tell."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from model_runtime.delivery import pins
from model_runtime.errors import ProjectError

DIGEST = f"sha256:{'a' * 64}"


class Registry(BaseHTTPRequestHandler):
    """A registry that gives everybody a token and nobody a manifest without."""

    def do_HEAD(self) -> None:
        index = "vnd.oci.image.index.v1" in self.headers["accept"]
        if self.headers.get("authorization") != "Bearer everybody's":
            place = f"http://{self.headers['host']}/token"
            scope = 'service="here",scope="repository:team/base:pull"'
            self.answer(401, {"www-authenticate": f'Bearer realm="{place}",{scope}'})
        elif index and self.path == "/v2/team/base/manifests/1-slim":
            self.answer(200, {"docker-content-digest": DIGEST})
        else:
            self.answer(404, {})

    def do_GET(self) -> None:
        assert self.path.endswith("?service=here&scope=repository%3Ateam%2Fbase%3Apull")
        self.answer(200, {}, b'{"token": "everybody\'s"}')

    def answer(self, status: int, headers: dict[str, str], content: bytes = b"") -> None:
        self.send_response(status)
        for name, value in (headers | {"content-length": str(len(content))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def registry() -> Iterator[str]:
    """Its host and port."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_digest_is_put_behind_its_tag_and_renewed(registry: str, tmp_path: Path) -> None:
    file = tmp_path / "docker" / "ci.Dockerfile"
    file.parent.mkdir()
    base = f"{registry}/team/base:1-slim"
    rest = "\n\nFROM base AS build\nARG X=1\nFROM ${X}\nCOPY . .\n"
    for old in ("", f"@sha256:{'b' * 64}"):
        file.write_text(f"# Begins.\nFROM {base}{old} AS base{rest}")
        assert pins.pinned(file) == bool(old)
        assert list(pins.pin(tmp_path)) == [f"{file}: {base}@{DIGEST}"]
        assert file.read_text() == f"# Begins.\nFROM {base}@{DIGEST} AS base{rest}"
        assert pins.pinned(file)


def test_a_tag_that_is_not_there_is_named(registry: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="team/base:2: it answers 404"):
        pins.digest(f"{registry}/team/base:2")


def test_a_registry_that_does_not_answer_is_named() -> None:
    with pytest.raises(ProjectError, match=r"127\.0\.0\.1:9 does not tell"):
        pins.digest("127.0.0.1:9/team/base:1")


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("docker:28-cli", ("registry-1.docker.io", "library/docker", "28-cli")),
        ("alpine/helm:3.18.4", ("registry-1.docker.io", "alpine/helm", "3.18.4")),
        ("docker.io/library/python:3", ("registry-1.docker.io", "library/python", "3")),
        ("ghcr.io/a/b/c:1", ("ghcr.io", "a/b/c", "1")),
        ("localhost:5000/a:1", ("localhost:5000", "a", "1")),
    ],
)
def test_a_name_is_read_as_docker_reads_it(image: str, parts: tuple[str, str, str]) -> None:
    assert pins._parts(image) == parts
