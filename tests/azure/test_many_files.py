"""Many files on Azure's storage are scored as this machine's, by its vendor's emulator."""

import csv
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import adlfs
import pytest
from model_runtime.bundle.read import read_bundle

from tests.support.commands import clean_environment
from tools.examples import ROOT

from .stand_in.storage import azurite

KEY = "c2VjcmV0IGtleSBvZiBuby1ib2R5IGF0IGFsbCwgMzIgYnl0ZXM="
ACCOUNT = "account"


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[adlfs.AzureBlobFileSystem]:
    """A storage account on loopback, named in the environment."""
    monkeypatch.setenv("AZURITE_ACCOUNTS", f"{ACCOUNT}:{KEY}")
    process = subprocess.Popen(
        [
            *(str(azurite()), "--blobHost", "127.0.0.1", "--blobPort", "0"),
            *("--inMemoryPersistence", "--disableTelemetry", "--skipApiVersionCheck"),
        ],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        address = told(process)
        connection = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
        connection += f"BlobEndpoint={address}/{ACCOUNT};"
        monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", connection)
        files = adlfs.AzureBlobFileSystem(connection_string=connection, use_listings_cache=False)
        files.mkdir("rows")
        yield files
    finally:
        process.kill()
        process.communicate()


def told(process: "subprocess.Popen[str]") -> str:
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if found := re.search(r"successfully listens on (http://127\.0\.0\.1:\d+)", line):
            return found[1]
    raise AssertionError("".join(lines))


def command(project: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run a command of a project by this environment, which has the driver."""
    return subprocess.run(
        [sys.executable, "-m", "model_runtime", *map(str, arguments)],
        cwd=project,
        env=clean_environment(
            PYTHONPATH=str(project / "src"),
            SHOP_TRAINING__AS_SERVED="false",
            SHOP_TRAINING__FOLDS="0",
        ),
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The library's sample project, trained."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "runtime" / "tests" / "sample", folder)
    file = folder / "pyproject.toml"
    file.write_text(file.read_text("utf-8").replace('"../.."', f'"{ROOT / "runtime"}"'), "utf-8")
    done = command(folder, "train")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def rows(project: Path, to: Path) -> None:
    """Write the bundle's example, a few times."""
    example = read_bundle(project / "model_bin").schema.example
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, example)
        writer.writeheader()
        writer.writerows([example] * 3)


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "_manifest.json"
    }


@pytest.mark.slow
def test_azures_storage_is_read_and_written(
    project: Path, storage: adlfs.AzureBlobFileSystem, tmp_path: Path
) -> None:
    for name in ("day=1/a b.csv", "day=2/c%20#d.csv", "day=3/größe.csv"):
        (tmp_path / "in" / name).parent.mkdir(parents=True)
        rows(project, tmp_path / "in" / name)
        storage.put_file(str(tmp_path / "in" / name), f"rows/in/{name}")
    for target, cluster in (("rows/here", ()), ("rows/there", ("--cluster", "local:2"))):
        score = ("score", "abfs://rows/in/day=*/*.csv", f"abfs://{target}", *cluster)
        done = command(project, *score)
        assert done.returncode == 0, done.stderr
        assert KEY not in done.stdout + done.stderr
        assert command(project, *score).stdout.startswith(f"Nothing to do: abfs://{target}")
    done = command(project, "score", f"{tmp_path}/in/", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    wanted = files(tmp_path / "out")
    assert len(wanted) == 3
    for target in ("rows/here", "rows/there"):
        found = {
            path.removeprefix(f"{target}/"): storage.cat_file(path)
            for path in storage.find(target)
            if not path.endswith("_manifest.json")
        }
        assert found == wanted
