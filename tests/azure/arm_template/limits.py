"""Limits that the models don't have: names, and numbers that the SDKs' documentation bounds."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from .template import Resource

_GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"

NAMES: Mapping[str, str] = {
    "Microsoft.App/containerApps": r"(?!.*--)[a-z][a-z0-9-]{0,30}[a-z0-9]",
    "Microsoft.App/managedEnvironments": r"(?!.*--)[a-z][a-z0-9-]{0,58}[a-z0-9]",
    "Microsoft.Authorization/roleAssignments": _GUID,
    "Microsoft.ContainerInstance/containerGroups": r"(?!.*--)[a-z0-9][a-z0-9-]{0,61}[a-z0-9]",
    "Microsoft.ContainerRegistry/registries": r"[A-Za-z0-9]{5,50}",
    "Microsoft.Insights/components": r"[^%&\\?/]{0,259}[^%&\\?/. ]",
    "Microsoft.Insights/diagnosticSettings": r"[^*<>%:&\\?+/]{0,259}[^*<>%:&\\?+/. ]",
    "Microsoft.Insights/workbooks": _GUID,
    "Microsoft.KeyVault/vaults": r"(?!.*--)[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]",
    "Microsoft.MachineLearningServices/workspaces": r"[A-Za-z0-9][A-Za-z0-9_-]{2,32}",
    "Microsoft.MachineLearningServices/workspaces/computes": r"[A-Za-z][A-Za-z0-9-]{2,23}",
    "Microsoft.ManagedIdentity/userAssignedIdentities": r"[A-Za-z0-9][A-Za-z0-9_-]{2,127}",
    "Microsoft.OperationalInsights/workspaces": r"[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]",
    "Microsoft.Storage/storageAccounts": r"[a-z0-9]{3,24}",
}
"""Patterns by type, of Microsoft's "Naming rules and restrictions for Azure resources"."""

_MOST = {
    "failureThreshold": 10,
    "successThreshold": 10,
    "timeoutSeconds": 240,
    "periodSeconds": 240,
}
"""Of a probe of a container app, as its model's documentation says."""


def out_of_limits(resource: Resource) -> Iterator[str]:
    """Yield a name or a number of a resource that its provider refuses."""
    name = resource.id.rsplit("/", 1)[1]
    if not re.fullmatch(NAMES[resource.type], name):
        yield f"name: {name!r} is not {NAMES[resource.type]}"
    if resource.type == "Microsoft.App/containerApps":
        template = resource.body["properties"]["template"]
        suffix = template["revisionSuffix"]
        if suffix and not re.fullmatch(r"(?!.*--)[a-z0-9]([a-z0-9-]*[a-z0-9])?", suffix):
            yield f"properties.template.revisionSuffix: {suffix!r} names no revision"
        if len(f"{name}--{suffix}") > 64:
            yield f"properties.template.revisionSuffix: {name}--{suffix} is longer than 64"
        for container in template["containers"]:
            for probe in container["probes"]:
                yield from _of_probe(probe)


def _of_probe(probe: Mapping[str, Any]) -> Iterator[str]:
    for key, most in _MOST.items():
        if not 1 <= (found := probe.get(key, 1)) <= most:
            yield f"probes.{key} is {found}, not 1 to {most}"
