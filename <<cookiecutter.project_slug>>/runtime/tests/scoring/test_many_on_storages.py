"""Many files are read from object storage and the web, and scored rows are put there."""

import functools
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from model_runtime.bundle.read import Bundle
from model_runtime.errors import ProjectError
from model_runtime.scoring.many import pieces

from ..support.many_files import day_files, manifest, outputs, score_all, written_bundle
from ..support.object_stores import BUCKET, SECRET, s3
from ..support.sample import PREFIX
from ..support.scored_files import GOOD, HEADER, as_file, table, written

pytestmark = [
    # Dask and aiohttp leave sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def model(shop: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written_bundle(shop, tmp_path_factory.mktemp("model") / "model_bin")


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch, s3(patch) as storage:
        yield storage


def put(storage: Any, folder: Path, to: str) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            storage.put_file(str(path), f"{BUCKET}/{to}/{path.relative_to(folder)}")


def got(storage: Any, where: str) -> dict[str, bytes]:
    base = f"{BUCKET}/{where}/"
    return {
        path.removeprefix(base): storage.cat_file(path)
        for path in storage.find(base)
        if not path.endswith("_manifest.json")
    }


@pytest.mark.parametrize("cluster", ["", "local:2"])
def test_an_object_storages_files_are_scored_as_this_machines(
    bucket: Any, model: Path, tmp_path: Path, cluster: str
) -> None:
    place = f"equal{cluster[:5]}"
    day_files(tmp_path / "in", 6)
    written(tmp_path / "in" / "day=1" / "ü b%20#c.csv", HEADER, GOOD, "c2,1,old,true,M")
    put(bucket, tmp_path / "in", f"{place}/in")
    lines = score_all(model, f"s3://bucket/{place}/in/day=*/*", f"s3://bucket/{place}/out", cluster)
    assert lines[0] == "read       302 from 7 files in 7 pieces"
    assert lines[2] == f"rejected   1, see s3://bucket/{place}/out/_rejects"
    score_all(model, tmp_path / "in", tmp_path / "out")
    assert got(bucket, f"{place}/out") == outputs(tmp_path / "out")
    found = json.loads(bucket.cat_file(f"bucket/{place}/out/_manifest.json"))
    assert found["files"][0]["input"] == f"s3://bucket/{place}/in/day=0/part 000.parquet"
    assert SECRET not in json.dumps(found)
    again = score_all(model, f"s3://bucket/{place}/in/day=*/*", f"s3://bucket/{place}/out")
    assert again == [f"Nothing to do: s3://bucket/{place}/out has been scored from these files."]


def test_a_run_on_an_object_storage_is_gone_on_with(
    bucket: Any, model: Path, tmp_path: Path
) -> None:
    day_files(tmp_path / "in", 4)
    put(bucket, tmp_path / "in", "on/in")
    good = bucket.cat_file("bucket/on/in/day=3/part 003.parquet")
    bucket.pipe_file("bucket/on/in/day=3/part 003.parquet", good[:-9])
    with pytest.raises(ProjectError, match=r"no whole Parquet file.* 3 pieces are finished"):
        score_all(model, "s3://bucket/on/in/", "s3://bucket/on/out")
    assert all(path.startswith("_unfinished/") for path in got(bucket, "on/out"))
    bucket.pipe_file("bucket/on/in/day=3/part 003.parquet", good)
    as_file(table(5), tmp_path / "other.parquet")
    bucket.put_file(str(tmp_path / "other.parquet"), "bucket/on/in/day=0/part 000.parquet")
    lines = score_all(model, "s3://bucket/on/in/", "s3://bucket/on/out")
    assert lines[0] == "read       155 from 4 files in 4 pieces, 2 of them by an earlier run"
    assert len(got(bucket, "on/out")) == 4


def test_a_large_object_is_cut(
    bucket: Any, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    table(1_000).write_parquet(tmp_path / "in" / "x.parquet", row_group_size=100)
    put(bucket, tmp_path / "in", "cut/in")
    monkeypatch.setattr(pieces, "LARGE", (tmp_path / "in" / "x.parquet").stat().st_size // 3)
    score_all(model, "s3://bucket/cut/in/x.parquet", tmp_path / "out")
    parts = [pl.read_parquet(path) for path in sorted((tmp_path / "out").glob("x-*.parquet"))]
    assert len(parts) > 1
    assert pl.concat(parts)["record"].to_list() == list(range(1, 1_001))


def test_what_a_storage_refuses_is_said_without_secrets(
    bucket: Any, model: Path, tmp_path: Path
) -> None:
    with pytest.raises(ProjectError, match=r"INPUT s3://no-such-bucket/x/ can't be listed|no file"):
        score_all(model, "s3://no-such-bucket/x/", tmp_path / "out")
    day_files(tmp_path / "in", 1)
    with pytest.raises(ProjectError) as caught:
        score_all(model, tmp_path / "in", "s3://no-such-bucket/out")
    assert "no-such-bucket" in str(caught.value)
    assert SECRET not in str(caught.value)


class Files(http.server.SimpleHTTPRequestHandler):
    """Serves a folder's files, only to who has the signature."""

    def send_head(self) -> Any:
        """Answer."""
        if "sig=allowed" in self.path:
            return super().send_head()
        self.send_error(403)
        return None

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Say nothing."""


@pytest.fixture
def web(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "web").mkdir()
    handler = functools.partial(Files, directory=str(tmp_path / "web"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_file_of_the_web_is_scored_and_its_signature_not_told(
    model: Path, tmp_path: Path, web: str
) -> None:
    written(tmp_path / "web" / "a b.csv", HEADER, GOOD, GOOD)
    score_all(model, f"{web}/a%20b.csv?sig=allowed", tmp_path / "out")
    assert sorted(outputs(tmp_path / "out")) == ["a%20b.csv"]
    assert manifest(tmp_path / "out")["files"][0]["input"] == f"{web}/a%20b.csv?…"
    with pytest.raises(ProjectError) as caught:
        score_all(model, f"{web}/a%20b.csv?sig=wrong", tmp_path / "other")
    assert "wrong" not in str(caught.value)


WITHOUT = """
import sys
for name in {without}:
    sys.modules[name] = None
from model_runtime.cli import app
try:
    app()
finally:
    print(*sorted({{"dask", "distributed", "fsspec"}} & {{n for n, m in sys.modules.items() if m}}))
"""


def without(
    model: Path, *arguments: object, lacking: tuple[str, ...] = ("dask", "distributed", "fsspec")
) -> "subprocess.CompletedProcess[str]":
    """Run the command line where packages are not installed."""
    code = WITHOUT.format(without=list(lacking))
    return subprocess.run(
        [sys.executable, "-c", code, "score", *map(str, arguments)],
        env=os.environ | {f"{PREFIX}PATHS__BUNDLE": str(model)},
        capture_output=True,
        text=True,
    )


def test_a_plain_file_needs_and_loads_nothing_of_it(model: Path, tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", HEADER, GOOD)
    done = without(model, source, tmp_path / "out.csv")
    assert done.returncode == 0, done.stderr
    done = without(model, source, tmp_path / "out.csv", lacking=())
    assert done.stdout.splitlines()[-1] == ""


def test_what_is_not_installed_is_said(model: Path, tmp_path: Path) -> None:
    day_files(tmp_path / "in", 1)
    adds = "`uv add --group train 'model-runtime[cluster]'` adds"
    for arguments, lacking, said in [
        ((f"{tmp_path}/in/*/*",), ("fsspec",), adds),
        ((f"{tmp_path}/in/", "--cluster", "local:2"), ("dask", "distributed"), adds),
        (("s3://bucket/x/",), ("s3fs",), "s3://… needs s3fs: `uv add --group train s3fs` adds it."),
        (("gs://bucket/x/",), ("gcsfs",), "gs://… needs gcsfs: `uv add --group train gcsfs`"),
    ]:
        source, *options = arguments
        done = without(model, source, tmp_path / "out", *options, lacking=lacking)
        assert done.returncode == 1
        assert said in done.stderr, done.stderr
        assert "Traceback" not in done.stderr
