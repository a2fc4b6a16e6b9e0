"""A download survives a connection that breaks off, and nothing half is ever in place."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from rich.console import Console

from model_runtime.downloads import download
from model_runtime.errors import ProjectError

CONTENT = bytes(range(256)) * 20_000


class Breaking(http.server.BaseHTTPRequestHandler):
    """Sends half of what is asked for, `breaks` times, and then all."""

    breaks = 0
    ranges = True
    asked: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.asked.append(wanted)
        if self.path != "/file.zip":
            self.send_error(404)
            return
        start = int(wanted[6:-1]) if wanted and self.ranges else 0
        rest = CONTENT[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        if type(self).breaks > 0:
            type(self).breaks -= 1
            rest = rest[: len(rest) // 2]
        self.wfile.write(rest)

    def log_message(self, *args: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture
def server() -> Iterator[str]:
    Breaking.breaks, Breaking.ranges, Breaking.asked = 0, True, []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Breaking) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def fetch(address: str, target: Path) -> Path:
    return download(address, target, console=Console(quiet=True))


def test_a_broken_download_is_resumed_where_it_broke(server: str, tmp_path: Path) -> None:
    Breaking.breaks = 2
    target = fetch(f"{server}/file.zip", tmp_path / "file.zip")
    assert target.read_bytes() == CONTENT
    half = len(CONTENT) // 2
    assert Breaking.asked == [None, f"bytes={half}-", f"bytes={half + half // 2}-"]
    assert [file.name for file in tmp_path.iterdir()] == ["file.zip"]


def test_a_server_that_cannot_resume_starts_again(server: str, tmp_path: Path) -> None:
    Breaking.breaks, Breaking.ranges = 1, False
    assert fetch(f"{server}/file.zip", tmp_path / "file.zip").read_bytes() == CONTENT


def test_another_run_goes_on_with_what_is_there(server: str, tmp_path: Path) -> None:
    (tmp_path / "file.zip.part").write_bytes(CONTENT[:1000])
    assert fetch(f"{server}/file.zip", tmp_path / "file.zip").read_bytes() == CONTENT
    assert Breaking.asked == ["bytes=1000-"]


def test_what_always_breaks_is_told_and_kept_to_go_on(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    Breaking.breaks = 1000
    with pytest.raises(ProjectError, match=r"broke off each time.*try again to go on"):
        fetch(f"{server}/file.zip", tmp_path / "file.zip")
    assert not (tmp_path / "file.zip").exists()
    assert CONTENT.startswith((tmp_path / "file.zip.part").read_bytes())


def test_a_file_that_fails_its_check_is_removed(server: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"is not whole: it is bad\."):
        download(f"{server}/file.zip", tmp_path / "f", lambda _: "it is bad", Console(quiet=True))
    assert not list(tmp_path.iterdir())


def test_what_is_not_there_is_told(server: str, tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="answers 404"):
        fetch(f"{server}/nothing", tmp_path / "f")
    with pytest.raises(ProjectError, match="neither a file nor an address"):
        fetch(str(tmp_path / "nothing"), tmp_path / "f")


def test_a_local_file_is_copied(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(CONTENT)
    assert fetch(str(tmp_path / "source"), tmp_path / "target").read_bytes() == CONTENT
