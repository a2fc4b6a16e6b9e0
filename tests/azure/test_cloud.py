"""Azure's refusals, and failures of the way there, are told as sentences with the way out."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from model_azure.cloud import refusals_told, resource_group, workspace
from model_azure.settings import read_azure
from model_runtime.errors import ProjectError

from tests.azure.stand_in import StandIn
from tests.azure.stand_in.machine_learning import NAMESPACE
from tests.azure.stand_in.messages import Refused


def _look() -> None:
    with refusals_told("looking"):
        workspace(read_azure()).data.get("data", "1")


def _forbid(azure: StandIn) -> None:
    azure.faults.add("GET", "/workspaces/", Refused(403, "AuthorizationFailed", "You may not."))


def _remove(azure: StandIn) -> None:
    azure.arm.resources.clear()


def _refuse(azure: StandIn) -> None:
    azure.tokens.refusal = "AADSTS7000222: The provided client secret keys are expired."


@pytest.fixture(autouse=True)
def _registered(azure: StandIn, project: Path) -> None:
    place = f"{resource_group(read_azure())}/providers/{NAMESPACE}/workspaces/{read_azure().name}"
    properties = {"dataType": "uri_folder", "dataUri": "azureml://datastores/a/paths/b"}
    azure.arm.put(f"{place}/data/data/versions/1", properties=properties)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (_forbid, "403 AuthorizationFailed: You may not; who you are signed in as lacks a role"),
        (_remove, "404 ResourceNotFound: .*; `make azure-infra` makes what"),
        (_refuse, "signing in failed: .*AADSTS7000222: The .*; sign in again"),
        (
            lambda azure: azure.faults.too_many("GET", "/workspaces/", 99),
            "429 .*Azure asks to wait",
        ),
        (lambda azure: azure.faults.unavailable("GET", "/workspaces/", 99), "503 ServerBusy: "),
    ],
)
def test_a_refusal_says_the_way_out(
    azure: StandIn, project: Path, fault: Callable[[StandIn], None], said: str
) -> None:
    fault(azure)
    with pytest.raises(ProjectError, match=f"^Azure, looking: {said}"):
        _look()


def test_what_passes_is_asked_for_again(azure: StandIn, project: Path) -> None:
    azure.faults.too_many("GET", "/workspaces/", 2)
    azure.faults.unavailable("GET", "/workspaces/")
    _look()
    assert len(azure.calls) == 4


def test_a_token_that_expires_is_renewed(azure: StandIn, project: Path) -> None:
    azure.tokens.lifetime = 2
    client = workspace(read_azure())
    client.data.get("data", "1")
    azure.tokens.expire()
    client.data.get("data", "1")
    assert len(azure.tokens.given) > 1


def test_nobody_signed_in_is_told(
    azure: StandIn, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AZURE_CLIENT_SECRET")
    # Else the credential would look for programs and addresses of a machine of Azure.
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
    with pytest.raises(ProjectError, match="nobody is signed in here; sign in by `az login`"):
        _look()


def test_a_proxy_that_is_away_is_told(
    azure: StandIn, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setattr("azure.core.pipeline.policies.RetryPolicy.sleep", lambda *_: None)
    with pytest.raises(ProjectError, match=r"signing in failed: .*Unable to connect to proxy"):
        _look()


def test_a_list_of_findings_is_told_without_its_frame(project: Path) -> None:
    from azure.ai.ml import command
    from azure.ai.ml.entities import BuildContext, Environment

    client = workspace(read_azure())
    job = command(code="none", command="make", environment="azureml:a:1", compute="cluster")
    with pytest.raises(ProjectError) as told, refusals_told("beginning"):
        client.jobs.create_or_update(job)
    assert re.match("Azure, beginning: .*none", str(told.value))
    build = BuildContext(path=project / "none", dockerfile_path="Dockerfile")
    with pytest.raises(ProjectError) as told, refusals_told("building"):
        client.environments.create_or_update(Environment(name="a", version="1", build=build))
    said = f"Azure, building: No such file or directory: {project / 'none'}"
    assert str(told.value) == said
