"""`make azure-train`: a training on the cluster, its log, its end, and signals meanwhile."""

import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.azure.commands import run
from tests.azure.conftest import place
from tests.azure.stand_in import StandIn
from tests.azure.stand_in.jobs import USUAL, Jobs, Stage
from tests.azure.stand_in.storage import Container


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
        "PYTHONPATH=src:deploy/azure/commands python -m model_azure.learning.steps train "
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
    found = {
        name: next(at for at, call in enumerate(calls) if re.match(pattern, call))
        for name, pattern in known.items()
    }
    return sorted(found, key=lambda name: found[name])


def test_the_code_goes_without_data_secrets_and_history(
    azure: StandIn, project: Path, container: Container, cluster: Jobs, data: None
) -> None:
    package = next((project / "src").iterdir())
    for secret in (".env", "api-keys.txt", "model_bin/model.onnx", ".git/config", "registry/a"):
        (project / secret).parent.mkdir(exist_ok=True)
        (project / secret).write_text("secret")
    (package / ".secret").write_text("secret")
    run("train")
    (version,) = [
        one for at, one in azure.arm.resources.items() if "/codes/" in at and "/versions/" in at
    ]
    code = version["properties"]["codeUri"].split("/")[3]
    sent = {name.partition("/")[2] for name in container.storage.names(code)}
    assert {"config.yaml", "uv.lock", f"src/{package.name}/use_case/model.py"} <= sent
    assert "deploy/azure/commands/model_azure/learning/steps.py" in sent
    wrong = [name for name in sent if name.startswith(("data/", "runtime/")) or "/." in f"/{name}"]
    assert not wrong
    for name in sent:
        assert container.storage.get(code, f"code/{name}") != b"secret"


def test_the_environment_is_built_once_for_each_lock(
    azure: StandIn, project: Path, container: Container, cluster: Jobs
) -> None:
    def registered() -> list[dict[str, Any]]:
        kept = azure.arm.below(f"{place()}/environments/training/versions")
        return [one["properties"]["build"] for one in kept]

    run("train")
    (build,) = registered()
    folder = build["contextUri"].partition(f"/{container.name}/")[2]
    assert build["dockerfilePath"] == "Dockerfile"
    sent = [name.removeprefix(folder) for name in container.names() if name.startswith(folder)]
    assert {"Dockerfile", "packages.txt", "pyproject.toml", "uv.lock"} <= set(sent)
    assert "runtime/pyproject.toml" in sent
    run("train")
    assert len(registered()) == 1
    (project / "uv.lock").write_text("version = 2\n")
    run("train")
    assert len(registered()) == 2


def test_unchanged_code_is_sent_once(azure: StandIn, project: Path, cluster: Jobs) -> None:
    run("train")
    run("train")
    (project / "config.yaml").write_text((project / "config.yaml").read_text() + "# changed\n")
    run("train")
    used = [job["codeId"].rpartition("/")[2] for job in cluster.properties()]
    assert used[0] == used[1] != used[2]
    assert len([call for call in azure.calls if "/codes/code/" in call and "PUT" in call]) == 2


def test_a_version_of_the_data_is_chosen(
    azure: StandIn, project: Path, cluster: Jobs, data: None
) -> None:
    (project / "data" / "rows.csv").write_text("a\n2\n")
    run("data")
    run("train")
    run("train", "--data", "1")
    used = [job["inputs"]["data"]["uri"].rpartition("/")[2] for job in cluster.properties()]
    assert used == ["2", "1"]
    assert "DATA=7: the data asset has no such version, but: 1, 2" in run(
        "train", "--data", "7", code=1
    )


def test_a_use_case_that_brings_its_data_trains_without_an_asset(cluster: Jobs) -> None:
    run("train")
    (job,) = cluster.properties()
    assert job["command"].endswith(" train")
    assert not job.get("inputs")


def test_a_lock_that_is_missing_is_told(project: Path, cluster: Jobs) -> None:
    (project / "uv.lock").unlink()
    assert "uv.lock is not here" in run("train", code=1)


def test_a_cluster_that_is_missing_is_told(azure: StandIn, cluster: Jobs) -> None:
    del azure.arm.resources[f"{place()}/computes/cluster".lower()]
    output = run("train", code=1)
    assert "beginning the training: 400 UserError: /subscriptions/" in output


def test_a_job_that_fails_says_why(cluster: Jobs) -> None:
    failure = Stage("Failed", "fit …\nMemoryError\n", reason="Execution failed with exit code 137")
    cluster.stages = (*USUAL[:2], failure)
    output = run("train", code=1)
    name = next(iter(cluster.under_way))
    assert f"The job {name} failed: Execution failed with exit code 137. Its log is" in output
    assert "\nMemoryError\n" in output
    assert "goes on" not in output


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_showing_and_not_the_job(number: signal.Signals, cluster: Jobs) -> None:
    cluster.stages = (Stage("Running", "fit …\n"),)
    cluster.on_look = lambda: os.kill(os.getpid(), number)
    output = run("train", code=128 + number)
    name = next(iter(cluster.under_way))
    assert f"The job {name} goes on. To follow it: make azure-job JOB={name}\n" in output
    assert f"make azure-job JOB={name} CANCEL=1" in output
    cluster.on_look, cluster.under_way[name] = None, [Stage("Completed", "fit …\nend")]
    output = run("job", name)
    assert "fit …\nend\n" in output
    assert f"{name} completed" in output


def test_a_job_can_be_ended(cluster: Jobs) -> None:
    cluster.stages = (Stage("Running"),)
    cluster.on_look = lambda: os.kill(os.getpid(), signal.SIGINT)
    run("train", code=130)
    cluster.on_look = None
    name = next(iter(cluster.under_way))
    assert "is being cancelled" in run("job", name, "--cancel")
    assert f"The job {name} canceled: it says no reason." in run("job", name, code=1)
    assert "Say which job" in run("job", code=1)


def test_tokens_that_expire_meanwhile_are_renewed(azure: StandIn, cluster: Jobs) -> None:
    azure.tokens.lifetime = 60
    cluster.on_look = azure.tokens.expire
    assert "completed" in run("train")


def test_a_sign_in_that_ends_meanwhile_leaves_the_job(azure: StandIn, cluster: Jobs) -> None:
    azure.tokens.lifetime = 60

    def end() -> None:
        azure.tokens.refusal = "AADSTS700082: The refresh token has expired."

    cluster.on_look = end
    output = run("train", code=1)
    name = next(iter(cluster.under_way))
    assert f"looking at the job {name}: signing in failed: " in output
    assert f"The job {name} goes on." in output


def test_refusals_that_pass_are_asked_again(azure: StandIn, cluster: Jobs) -> None:
    azure.faults.unavailable("PUT", "/jobs/")
    azure.faults.too_many("GET", "/details$", 2)
    azure.faults.unavailable("GET", "/details$")
    assert "completed" in run("train")
    assert len(cluster.properties()) == 1
