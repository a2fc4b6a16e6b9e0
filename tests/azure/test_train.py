"""`make azure-train`: a training on the cluster, its log, its end, and signals meanwhile."""

import shutil
from pathlib import Path

import pytest

from tests.azure.commands import run
from tests.azure.conftest import place
from tests.azure.stand_in import StandIn
from tests.azure.stand_in.jobs import Jobs
from tests.azure.stand_in.storage import Container


@pytest.fixture
def cluster(
    azure: StandIn, project: Path, container: Container, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> Jobs:
    azure.arm.put(f"{place()}/computes/cluster", properties={"computeType": "AmlCompute"})
    (project / "uv.lock").write_text("version = 1\n")
    for folder in ("runtime/src", "runtime/docs", "runtime/tests"):  # each file is a request
        shutil.rmtree(project / folder)
    monkeypatch.setattr("model_azure.follow.POLL_S", 0.0)
    return jobs


@pytest.fixture
def data(project: Path, cluster: Jobs) -> None:
    (project / "data" / "rows.csv").write_text("a\n1\n")
    run("data")


def test_a_training_goes_from_its_files_to_its_end(
    azure: StandIn, container: Container, cluster: Jobs, data: None
) -> None:
    azure.calls.clear()
    output = run("train")
    (job,) = cluster.properties()
    name = next(iter(cluster.under_way))
    assert job["command"] == (
        "PYTHONPATH=src:deploy/azure/commands python -m model_azure.steps train "
        "--data ${{inputs.data}}"
    )
    assert job["inputs"]["data"]["uri"].endswith("/data/data/versions/1")
    assert job["inputs"]["data"]["mode"] == "Download"
    assert job["limits"]["timeout"] == "PT6H"
    assert job["identity"] == {"identityType": "Managed"}
    assert [line.split("  ")[0] for line in output.splitlines()][-1] == ""
    assert f"{name} completed" in output
    assert "quality  accuracy 0.97\n  bundle   model_bin, version 1\nend\n" in output
    assert _order(azure.calls) == ["environment", "code", "job", "log"]


def _order(calls: list[str]) -> list[str]:
    """Say what was done, each thing when it was done first."""
    known = {
        "environment": "PUT .*/environments/training/versions/",
        "code": "PUT .*/codes/",
        "job": "PUT .*/jobs/",
        "log": "GET standinstorage.*/logs/",
    }
    import re

    found = {
        name: next(at for at, call in enumerate(calls) if re.match(pattern, call))
        for name, pattern in known.items()
    }
    return sorted(found, key=lambda name: found[name])
