"""`make azure-data`: data/ as a versioned data asset."""

import os
import signal
from pathlib import Path

import pytest

from tests.azure.commands import run
from tests.azure.conftest import place
from tests.azure.stand_in import StandIn
from tests.azure.stand_in.messages import Refused
from tests.azure.stand_in.storage import Container


@pytest.fixture
def data(project: Path) -> Path:
    folder = project / "data"
    (folder / "rows.csv").write_text("a,b\n1,2\n")
    (folder / "months").mkdir()
    (folder / "months" / "may.csv").write_text("a,b\n3,4\n")
    return folder


def test_data_are_uploaded_and_registered(azure: StandIn, data: Path, container: Container) -> None:
    output = run("data")
    assert "data:1, 3 files" in output
    version = azure.arm.resources[f"{place()}/data/data/versions/1".lower()]
    store, _, folder = version["properties"]["dataUri"].rstrip("/").partition("/paths/")
    assert store.endswith("/datastores/workspaceblobstore")
    assert sorted(container.names()) == [
        f"{folder}/{name}" for name in ("README.md", "months/may.csv", "rows.csv")
    ]
    assert container.get(f"{folder}/rows.csv") == (data / "rows.csv").read_bytes()


def test_files_that_git_ignores_are_data_and_hidden_ones_are_not(
    azure: StandIn, data: Path, container: Container
) -> None:
    (data / ".gitignore").write_text("*.csv\n")
    (data / ".env").write_text("PASSWORD=secret\n")
    assert "data:1, 3 files" in run("data")
    assert {name.rpartition("/")[2] for name in container.names()} == {
        "README.md",
        "may.csv",
        "rows.csv",
    }


def test_each_content_is_a_version_and_the_same_one_is_none(
    azure: StandIn, data: Path, container: Container
) -> None:
    run("data")
    azure.calls.clear()
    assert "data:1, 3 files, 0.0 MB; nothing has changed since" in run("data")
    assert not [call for call in azure.calls if not call.startswith("GET management.")]
    (data / "rows.csv").write_text("a,b\n1,3\n")
    assert "data:2, " in run("data")
    (data / "rows.csv").rename(data / "lines.csv")
    assert "data:3, " in run("data")
    assert [one["name"] for one in azure.arm.below(f"{place()}/data/data/versions")] == [*"123"]


def test_an_interrupted_upload_goes_on(azure: StandIn, data: Path, container: Container) -> None:
    azure.faults.add("PUT", "may.csv$", Refused(403, "AuthorizationFailed", "Not now."))
    run("data", code=1)
    sent = container.names()
    azure.calls.clear()
    assert "data:1, 3 files" in run("data")
    again = [call for call in azure.calls if call.startswith("PUT standinstorage.")]
    assert len(again) == 3 - len(sent)
    assert len(container.names()) == 3


def test_a_signal_ends_the_upload_at_once(azure: StandIn, data: Path, container: Container) -> None:
    for number in range(100):
        (data / f"{number}.csv").write_text("a\n")
    azure.faults.call("PUT", "csv$", lambda: os.kill(os.getpid(), signal.SIGINT))
    assert "Interrupted." in run("data", code=130)
    assert len(container.names()) < 100
    assert "data:1, 103 files" in run("data")


def test_refusals_that_pass_are_asked_again(
    azure: StandIn, data: Path, container: Container
) -> None:
    azure.faults.too_many("GET", "/versions$", 2)
    azure.faults.unavailable("PUT", "/versions/1$")
    azure.faults.unavailable("PUT", "rows.csv$")
    assert "data:1, " in run("data")


def test_a_role_that_is_missing_is_told(azure: StandIn, data: Path, container: Container) -> None:
    azure.faults.add("PUT", "/versions/1$", Refused(403, "AuthorizationFailed", "You may not."))
    output = run("data", code=1)
    assert "Azure, registering data/: 403 AuthorizationFailed: You may not; " in output


def test_an_empty_folder_is_told(project: Path, container: Container) -> None:
    assert "data/ has no data; put them there" in run("data", code=1)
