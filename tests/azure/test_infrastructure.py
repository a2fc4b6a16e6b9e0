"""`make azure-infra`: deployed, foretold, explained."""

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from azure.mgmt.resource.deployments.models import WhatIfChange
from model_azure import arm as own_arm
from model_azure import identity
from model_azure.cloud import resource_group
from model_azure.settings import FILE, read_azure
from model_azure.what_if import changes

from tests.azure.arm_template.functions import unique_string
from tests.azure.commands import run
from tests.azure.stand_in import StandIn
from tests.azure.stand_in.messages import Answer, Refused, Request
from tests.azure.stand_in.tokens import PRINCIPAL


@pytest.fixture(autouse=True)
def empty(azure: StandIn, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A subscription with nothing in it, looked at without a wait."""
    azure.arm.resources.clear()
    monkeypatch.setattr(own_arm, "EVERY_S", 0.001)
    monkeypatch.setattr("model_azure.deployment.EVERY_S", 0.001)


def group() -> str:
    """Return the id of the resource group, in lower case."""
    return resource_group(read_azure()).lower()


def of_type(azure: StandIn, kind: str) -> list[str]:
    """Return the ids of the resources of a type."""
    return [each["id"] for each in azure.arm.resources.values() if each["type"] == kind]


def test_all_of_it_is_made_and_config_yaml_is_told(azure: StandIn) -> None:
    output = run("infra")
    name = read_azure().name
    suffix = unique_string(resource_group(read_azure()), name)
    registry = f"{name.replace('-', '')}{suffix}"
    assert f"  repository: {registry}.azurecr.io/" in output
    assert "  uri: azureml://westeurope.api.azureml.ms/" in output
    assert f"az acr login --name {registry} && make image push" in output
    for made in (f"{registry} (Microsoft.ContainerRegistry/registries)", "  cluster ("):
        assert made in output
    assert azure.arm.resources[group()]["location"] == "westeurope"
    roles = [azure.arm.resources[place.lower()] for place in of_type(azure, _ROLE)]
    assert PRINCIPAL in [role["properties"]["principalId"] for role in roles]
    assert len(roles) == 8
    assert azure.calls[:3] == [
        f"GET management.azure.com{resource_group(read_azure())}",
        f"PUT management.azure.com{resource_group(read_azure())}",
        f"GET management.azure.com{_VAULTS}",
    ]


_ROLE = "Microsoft.Authorization/roleAssignments"
_SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
_VAULTS = f"{_SUBSCRIPTION}/providers/Microsoft.KeyVault/deletedVaults"


def test_again_changes_nothing_and_a_setting_one_thing(azure: StandIn) -> None:
    run("infra")
    before = {place: dict(each) for place, each in azure.arm.resources.items()}
    run("infra")
    assert azure.arm.resources == before
    FILE.write_text(FILE.read_text().replace("max_nodes: 2", "max_nodes: 5"))
    foretold = run("infra", "--what-if")
    assert "~ Microsoft.MachineLearningServices/workspaces/computes " in foretold
    assert "    ~ properties.properties.scaleSettings.maxNodeCount: 2 -> 5\n" in foretold
    assert "stay as they are" in foretold
    assert azure.arm.resources == before


def test_a_forecast_makes_nothing(azure: StandIn) -> None:
    assert "would be made, and in it:\n+ Microsoft." in run("infra", "--what-if")
    azure.arm.put(resource_group(read_azure()), location="westeurope")
    foretold = run("infra", "--what-if")
    assert "+ Microsoft.KeyVault/vaults " in foretold
    assert [*azure.arm.resources] == [group()]
    assert not [call for call in azure.calls if call.startswith("PUT")]


def test_a_busy_azure_is_asked_again(azure: StandIn) -> None:
    azure.faults.too_many("PUT", "/deployments/infrastructure")
    azure.faults.unavailable("GET", "/operationStatuses/", 2)
    azure.faults.unavailable("GET", "/operations", 1)
    assert "In config.yaml" in run("infra")


def test_each_resource_that_fails_is_told_with_its_reason(azure: StandIn) -> None:
    azure.deployments.failures["/computes/"] = "QuotaExceeded", "Standard_DS3_v2: no cores left."
    output = run("infra", code=1)
    assert "The deployment infrastructure in " in output
    assert ": QuotaExceeded: Standard_DS3_v2: no cores left." in output
    assert "cluster (Microsoft.MachineLearningServices/workspaces/computes)" in output
    azure.deployments.failures.clear()
    assert "In config.yaml" in run("infra")


def test_a_template_that_azure_refuses_is_told(azure: StandIn) -> None:
    file = FILE.with_name("infrastructure.json")
    file.write_text(file.read_text().replace("parameters('vmSize')", "parameters('vmsize')"))
    assert "there is no parameter vmsize" in run("infra", code=1)


def test_another_deployment_under_way_is_told(azure: StandIn) -> None:
    refused = Refused(409, "DeploymentActive", "It is active.")
    azure.faults.add("PUT", "/deployments/infrastructure", refused)
    output = run("infra", code=1)
    assert "is under way" in output
    assert "az deployment group cancel" in output


def test_ctrl_c_says_what_goes_on(azure: StandIn) -> None:
    azure.deployments.held = True

    def interrupt(request: Request) -> Answer:
        """Send the signal once it is seen that the deployment goes on."""
        os.kill(os.getpid(), signal.SIGINT)
        return azure.deployments.operations(request)

    azure.router.routes.insert(0, ("GET", "management.azure.com", "*/operations", interrupt))
    output = run("infra", code=130)
    assert "The deployment infrastructure goes on in Azure" in output
    assert "az deployment group cancel" in output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("azure-infra", "WHAT_IF=1"), "infra --what-if"),
        (("azure-down", "YES=1", "ALL=1"), "down --yes --all"),
        (("azure-release", "TAG=3"), 'release --tag "$TAG"'),
        (("azure-release", "ROLLBACK=1"), "release  --rollback"),
    ],
)
def test_make_hands_its_variables_on(project: Path, words: tuple[str, ...], said: str) -> None:
    shown = subprocess.run(
        ["make", "--dry-run", *words], cwd=project, capture_output=True, text=True
    )
    assert f"-m model_azure {said}" in shown.stdout


def test_a_token_of_another_form_names_nobody(azure: StandIn) -> None:
    assert identity.claims("opaque") == identity.claims("a.b.c") == identity.claims("a.W10.c") == {}
    assert identity.signed_in() == (PRINCIPAL, "ServicePrincipal")


def test_a_vault_that_was_deleted_comes_back(azure: StandIn) -> None:
    run("infra")
    (vault,) = of_type(azure, "Microsoft.KeyVault/vaults")
    gone = {"vaultId": vault, "tags": {"project": read_azure().name}}
    azure.groups.deleted_vaults.append(gone)
    run("infra")
    assert azure.arm.resources[vault.lower()]["properties"]["createMode"] == "recover"


def test_a_list_goes_on_over_its_pages(azure: StandIn) -> None:
    run("infra")
    (vault,) = of_type(azure, "Microsoft.KeyVault/vaults")
    gone = {"vaultId": vault, "tags": {"project": read_azure().name}}

    def page(request: Request) -> Answer:
        if "page" in request.query:
            return Answer(body={"value": [{"properties": gone}]})
        following = f"https://{request.host}{request.target}&page=2"
        return Answer(body={"value": [], "nextLink": following})

    azure.router.routes.insert(0, ("GET", "management.azure.com", "*/deletedvaults", page))
    run("infra")
    assert azure.arm.resources[vault.lower()]["properties"]["createMode"] == "recover"


def test_each_kind_of_change_is_told() -> None:
    place = "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/abc"
    delta = [
        {"path": "tags.a", "propertyChangeType": "Create", "after": "b"},
        {"path": "tags.c", "propertyChangeType": "Delete", "before": "d"},
        {"path": "properties.x", "propertyChangeType": "NoEffect", "after": 1},
        {
            "path": "properties.rules",
            "propertyChangeType": "Array",
            "children": [{"path": "0", "propertyChangeType": "Create", "after": "x" * 100}],
        },
    ]
    found: list[dict[str, Any]] = [
        {"changeType": "Modify", "delta": delta},
        {"changeType": "Delete"},
        {"changeType": "Unsupported", "unsupportedReason": "It is made while it is deployed."},
        {"changeType": "Ignore"},
        {"changeType": "Ignore"},
    ]
    told = changes([WhatIfChange({"resourceId": place, **each}) for each in found])
    assert told.splitlines() == [
        "~ Microsoft.KeyVault/vaults abc",
        "    + tags.a: b",
        "    - tags.c: d",
        f"    + properties.rules.0: {'x' * 77}…",
        "- Microsoft.KeyVault/vaults abc",
        "? Microsoft.KeyVault/vaults abc",
        "    can't be foretold: It is made while it is deployed.",
        "2 are not the template's, and stay",
    ]
    assert changes([]) == "Nothing would change."


def test_who_may_not_list_deleted_vaults_makes_one(azure: StandIn) -> None:
    refused = Refused(403, "AuthorizationFailed", "You may not.")
    azure.faults.add("GET", "/deletedVaults", refused)
    assert "In config.yaml" in run("infra")
