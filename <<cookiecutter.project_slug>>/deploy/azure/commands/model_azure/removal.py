"""All of it removed again: the resource group, if nothing else is in it."""

from collections.abc import Iterable

from model_runtime.errors import ProjectError

from .arm import GROUPS, Arm, Resource
from .cloud import refusals_told, resource_group
from .settings import FILE, Azure

_WORKSPACES = "2025-12-01"

_BY_ITSELF = (
    "microsoft.insights/actiongroups",
    "microsoft.alertsmanagement/smartdetectoralertrules",
)
"""Types of resources that Application Insights puts beside itself."""


def content(arm: Arm, azure: Azure) -> tuple[list[Resource], list[Resource]]:
    """Return what the templates have made in the group, and what somebody else has.

    Raises:
        ProjectError: The group isn't there.
    """
    group = resource_group(azure)
    with refusals_told("looking at the resource group"):
        if arm.get(group, GROUPS) is None:
            raise ProjectError(f"{azure.resource_group} isn't there ({FILE}): nothing to remove.")
        found = [*arm.listed(f"{group}/resources", GROUPS)]
    own = [each for each in found if _is_own(each, found, azure.name)]
    return own, [each for each in found if each not in own]


def _is_own(resource: Resource, all_of_them: Iterable[Resource], name: str) -> bool:
    """Tell resources with the templates' tag, and what is in such ones, e.g. endpoints."""
    if (resource.get("tags") or {}).get("project") == name:
        return True
    if resource["type"].lower() in _BY_ITSELF:
        return resource["name"] in (
            "Application Insights Smart Detection",
            f"Failure Anomalies - {name}-insights",
        )
    place = resource["id"].lower()
    tagged = (each for each in all_of_them if (each.get("tags") or {}).get("project") == name)
    return any(place.startswith(f"{each['id'].lower()}/") for each in tagged)


def remove(arm: Arm, azure: Azure) -> None:
    """Remove the group with all that is in it, and wait until it is gone.

    The workspace goes first and for good: else its name is taken for 14 days by one that has lost
    its storage.
    """
    group = resource_group(azure)
    workspace = f"{group}/providers/Microsoft.MachineLearningServices/workspaces/{azure.name}"
    with refusals_told("removing the workspace"):
        arm.delete(workspace, _WORKSPACES, "forceToPurge=true")
    with refusals_told("removing the resource group"):
        arm.delete(group, GROUPS)
