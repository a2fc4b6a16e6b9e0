"""The templates are what Azure's resource providers take, by the models of their SDKs."""

import re
from typing import Any

import pytest

from tests.azure.arm_template.check import findings
from tests.azure.arm_template.providers import PROVIDERS
from tests.azure.mutations import mutations
from tests.azure.stand_in import models
from tests.azure.templates import CASES, FEW, read
from tests.support.files import AZURE

FILES = [*CASES]
_PLAIN = {"Microsoft.MachineLearningServices/workspaces/computes"}
"""Types that templates ask nothing of, and whose answers need more to be whole."""


@pytest.mark.parametrize("file", FILES)
def test_a_template_is_what_the_providers_take(file: str) -> None:
    assert findings(read(file), CASES[file]) == []


@pytest.mark.parametrize("file", FILES)
def test_each_fault_in_a_template_is_found(file: str) -> None:
    raw = read(file)
    done = [*mutations(raw)]
    assert len(done) > 300
    assert findings(raw, FEW[file]) == []
    assert [said for said, changed in done if not findings(changed, FEW[file])] == []


@pytest.mark.parametrize("kind", [kind for kind in PROVIDERS if kind not in _PLAIN])
def test_what_a_service_adds_is_in_its_answers(kind: str) -> None:
    """Templates refer to it, so a property that no answer has must not be among it."""
    provider = PROVIDERS[kind]
    parts = "/".join(f"{part}/abc" for part in kind.partition("/")[2].split("/"))
    place = f"/subscriptions/s/resourceGroups/g/providers/{kind.partition('/')[0]}/{parts}"
    body: dict[str, Any] = {"properties": provider.added(place)}
    found = models.findings(provider.answers, body)
    assert [each for each in found if "is missing" not in each] == []


@pytest.mark.parametrize("file", FILES)
def test_no_key_goes_in_or_out(file: str) -> None:
    raw = read(file)
    text = str(raw).lower()
    assert not re.search(r"list[a-z]*keys?\(|listcredentials|sharedkey'|adminpassword", text)
    for name, parameter in raw["parameters"].items():
        assert not parameter["type"].startswith("secure")
        assert not re.search("password|token|connectionstring", name.lower())
    for output in raw["outputs"].values():
        assert not re.search("key'|connectionstring|secret", output["value"].lower())


def test_the_outputs_that_commands_ask_for_are_said() -> None:
    asked = {
        name
        for file in AZURE.rglob("*.py")
        for name in re.findall(
            r"""outputs(?:\(azure\))?\[["'](\w+)["']\]""", file.read_text("utf-8")
        )
    }
    assert {"registryLoginServer", "logAnalyticsWorkspaceId"} <= asked
    assert asked <= read("infrastructure.json")["outputs"].keys()


ROLES = {
    # Of Microsoft's "Azure built-in roles".
    "AcrPull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
    "AzureMLDataScientist": "f6c7c914-8db3-469d-8ca1-694a8f32e121",
    "KeyVaultSecretsOfficer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
    "KeyVaultSecretsUser": "4633458b-17de-408a-b874-0445c86b69e6",
    "StorageBlobDataContributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "StorageFileDataPrivilegedContributor": "69566ab7-960f-475b-8e7c-b3118f30c6bd",
}


def test_the_roles_are_few_and_each_has_its_reason() -> None:
    infrastructure, service = (read(file) for file in FILES)
    assert infrastructure["variables"]["roles"] == ROLES
    assert service["variables"]["acrPull"] == ROLES["AcrPull"]
    for raw in (infrastructure, service):
        for resource in raw["resources"].values():
            if resource["type"].endswith("/roleAssignments"):
                assert resource["properties"]["description"]
                assert resource["scope"].startswith("[concat('Microsoft.")
