"""The settings of Azure are read strictly, and refused in sentences."""

import re
from pathlib import Path

import pytest
from model_azure.settings import FILE, Azure, read_azure
from model_runtime.errors import ProjectError

from tests.support.projects import Baked

ID = "00000000-0000-0000-0000-000000000001"


@pytest.fixture(params=["a", "iris-classifier", "a--b", "a" * 50])
def project(request: pytest.FixtureRequest, baked: Baked) -> Path:
    return baked({"azure": "yes", "project_slug": request.param})


def test_a_projects_own_settings_are_read(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", ID)
    azure = read_azure(project / FILE)
    assert azure.subscription == ID
    # The file says every setting, each as it is where the file says none.
    usual = Azure(resource_group=azure.resource_group, location=azure.location, name=azure.name)
    assert azure == usual.model_copy(update={"subscription": ID})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("colour: red", "colour: is not a key"),
        ("location: West Europe", "location: "),
        ("subscription: mine", "subscription: "),
        ("name: a_b", "name: "),
        ("training: {max_nodes: 0}", "training.max_nodes: "),
        ("training: {vm_size: 4}", "training.vm_size: "),
        ("name: a--b", "name: "),
        ("training: {schedule: monday}", "training.schedule: 'monday' is no schedule"),
        ("training: {schedule: '0 3 1 * *'}", "training.schedule: '0 3 1 * *' has days of the m"),
        ("training: {schedule: '@daily'}", "training.schedule: '@daily' has days of the month or"),
        ("service: {kind: lambda}", "service.kind: "),
        ("service: {cpu: 1}", "service: of container-apps memory_gb is twice cpu, and it is 1"),
        ("service: {kind: aks}", "service: of aks, cluster has to be "),
        ("service: {cluster: mine}", "service.cluster: "),
        ("service: {replicas: 4}", "service: max_replicas is less than replicas, which is 4"),
        ("service: {secrets: {KEYS: a b}}", "service.secrets.KEYS: "),
        ("service: {kind: container-instance, secrets: {A: b}}", "service: secrets are read "),
        ("endpoint: {mirror_percent: 51}", "endpoint.mirror_percent: "),
    ],
)
def test_what_does_not_fit_is_refused_by_name(tmp_path: Path, line: str, said: str) -> None:
    lines = {"subscription": ID, "resource_group": "a", "location": "westeurope", "name": "abc"}
    lines |= {line.split(":")[0]: line.partition(": ")[2]}
    file = tmp_path / "azure.yaml"
    file.write_text("".join(f"{key}: {value}\n" for key, value in lines.items()))
    with pytest.raises(ProjectError, match=re.escape(f"azure.yaml: {said}")):
        read_azure(file)


def test_a_missing_subscription_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_SUBSCRIPTION_ID", raising=False)
    file = tmp_path / "azure.yaml"
    file.write_text("resource_group: a\nlocation: westeurope\nname: abc\n")
    with pytest.raises(ProjectError, match="subscription: is empty"):
        read_azure(file)
