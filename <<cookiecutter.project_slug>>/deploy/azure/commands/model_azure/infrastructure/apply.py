"""Resources that training and a service need: made, changed, or only looked at beforehand."""

from typing import Any

from model_runtime.errors import ProjectError
from model_runtime.terminal import say

from ..cloud import refusals_told, resource_group
from ..settings import Azure
from .arm import GROUPS, Arm
from .deployment import Deployment, read_json
from .identity import signed_in
from .outputs import DEPLOYMENT
from .what_if import changes

_VAULTS = "2026-05-15"


def make(arm: Arm, azure: Azure) -> dict[str, str]:
    """Make or change all of it, in a resource group that is made where there is none.

    Returns:
        The deployment's outputs.

    Raises:
        ProjectError: Azure refuses something.
    """
    with refusals_told("looking for the resource group"):
        if _group(arm, azure) is None:
            body = {"location": azure.location, "tags": {"project": azure.name}}
            arm.put(resource_group(azure), GROUPS, body)
            say(f"The resource group {azure.resource_group} is made, in {azure.location}.")
    return Deployment(arm, azure, DEPLOYMENT).run(parameters(arm, azure))


def preview(arm: Arm, azure: Azure) -> str:
    """Return in lines what would change, by Azure's own forecast; nothing changes."""
    deployment = Deployment(arm, azure, DEPLOYMENT)
    with refusals_told("asking what would change"):
        if _group(arm, azure) is None:
            kinds = sorted(each["type"] for each in deployment.template["resources"].values())
            lines = "\n".join(f"+ {kind}" for kind in kinds)
            return f"The resource group {azure.resource_group} would be made, and in it:\n{lines}"
        body: Any = {"properties": deployment.body(parameters(arm, azure))}
        poller = arm.client.deployments.begin_what_if(azure.resource_group, DEPLOYMENT, body)
        result = poller.result()
    if result.error:
        raise ProjectError(f"Azure can't say what would change: {result.error.message}")
    found = result.properties.changes if result.properties else None
    return changes(found or [])


def parameters(arm: Arm, azure: Azure) -> dict[str, Any]:
    """Return the template's parameters: settings, who is signed in, and what was there before."""
    operator, kind = signed_in()
    return {
        "name": azure.name,
        "location": azure.location,
        "vmSize": azure.training.vm_size,
        "maxNodes": azure.training.max_nodes,
        "idleSeconds": azure.training.idle_seconds,
        "operatorId": operator,
        "operatorType": kind,
        "recoverVault": _is_vault_deleted(arm, azure),
        "workbook": read_json("workbook.json"),
    }


def for_config(outputs: dict[str, str], name: str) -> str:
    """Return the lines that config.yaml gets.

    Args:
        outputs: The deployment's.
        name: The image's, without a registry.
    """
    return (
        f"image:\n  repository: {outputs['registryLoginServer']}/{name}\n"
        f"registry:\n  uri: {outputs['trackingUri']}\n"
        "serving:\n  telemetry: azure"
    )


def _group(arm: Arm, azure: Azure) -> dict[str, Any] | None:
    return arm.get(resource_group(azure), GROUPS)


def _is_vault_deleted(arm: Arm, azure: Azure) -> bool:
    """Tell whether the group's vault waits for its end: its name is taken until then."""
    from azure.core.exceptions import HttpResponseError

    place = f"/subscriptions/{azure.subscription}/providers/Microsoft.KeyVault/deletedVaults"
    beginning = f"{resource_group(azure)}/".lower()
    try:
        deleted = [each["properties"] for each in arm.listed(place, _VAULTS)]
    except HttpResponseError as error:
        if error.status_code != 403:
            raise
        return False  # who may not list them in the subscription, has deleted none
    return any(
        each["vaultId"].lower().startswith(beginning)
        and each.get("tags", {}).get("project") == azure.name
        for each in deleted
    )
