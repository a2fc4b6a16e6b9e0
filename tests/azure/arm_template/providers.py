"""The resource providers that the templates speak to: models of their bodies and answers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

SUFFIX = "0123456789abc"


@dataclass(frozen=True)
class Provider:
    """A type of resource, as its SDK knows it.

    Attributes:
        package: The SDK's package that has `models`.
        body: The model of what is put.
        answer: The model of what comes back.
        added: Completes the properties of a resource, by its id, with what the service adds.
    """

    package: str
    body: str
    answer: str = ""
    added: Callable[[str], Mapping[str, Any]] = lambda place: {}

    @property
    def model(self) -> type:
        """The class of bodies."""
        return self._named(self.body)

    @property
    def answers(self) -> type:
        """The class of answers."""
        return self._named(self.answer or self.body)

    def _named(self, name: str) -> type:
        found: type = getattr(import_module(f"{self.package}.models"), name)
        return found

    @property
    def versions(self) -> frozenset[str]:
        """The versions of the API that the SDK speaks."""
        return _versions(self.package)


@cache
def _versions(package: str) -> frozenset[str]:
    """Read them in the SDK: of some the package is named by it, others list them in their code."""
    if dated := re.search(r"\.v(\d{4})_(\d\d)_(\d\d)(_preview)?$", package):
        year, month, day, preview = dated.groups("")
        return frozenset({f"{year}-{month}-{day}{preview.replace('_', '-')}"})
    folder = Path(str(import_module(package).__file__)).parent
    files = [folder / "_configuration.py", *folder.glob("operations/_*operations.py")]
    found = (re.findall(r'"(20\d\d-\d\d-\d\d(?:-preview)?)"', file.read_text()) for file in files)
    return frozenset(version for each in found for version in each)


def _guid(place: str, what: str) -> str:
    import uuid

    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{place.lower()}#{what}"))


def name_of(place: str) -> str:
    """Return the name at the end of an id."""
    return place.rsplit("/", 1)[1]


_APP = "azure.mgmt.appcontainers"
_ML = "azure.ai.ml._restclient.arm_ml_service"
_DOMAIN = "westeurope.azurecontainerapps.io"

PROVIDERS: Mapping[str, Provider] = {
    "Microsoft.ContainerRegistry/registries": Provider(
        "azure.mgmt.containerregistry",
        "Registry",
        added=lambda place: {"loginServer": f"{name_of(place)}.azurecr.io"},
    ),
    "Microsoft.OperationalInsights/workspaces": Provider(
        "azure.mgmt.loganalytics",
        "Workspace",
        added=lambda place: {"customerId": _guid(place, "customer")},
    ),
    "Microsoft.Insights/components": Provider(
        "azure.mgmt.applicationinsights.v2020_02_02",
        "ApplicationInsightsComponent",
        added=lambda place: {"ConnectionString": f"InstrumentationKey={_guid(place, 'key')}"},
    ),
    "Microsoft.Insights/workbooks": Provider(
        "azure.mgmt.applicationinsights.v2023_06_01", "Workbook"
    ),
    "Microsoft.Insights/diagnosticSettings": Provider(
        "azure.mgmt.monitor.v2021_05_01_preview", "DiagnosticSettingsResource"
    ),
    "Microsoft.KeyVault/vaults": Provider(
        "azure.mgmt.keyvault",
        "VaultCreateOrUpdateParameters",
        "Vault",
        added=lambda place: {"vaultUri": f"https://{name_of(place)}.vault.azure.net/"},
    ),
    "Microsoft.Storage/storageAccounts": Provider(
        "azure.mgmt.storage", "StorageAccountCreateParameters", "StorageAccount"
    ),
    "Microsoft.ManagedIdentity/userAssignedIdentities": Provider(
        "azure.mgmt.msi.v2024_11_30",
        "Identity",
        added=lambda place: {
            "principalId": _guid(place, "principal"),
            "clientId": _guid(place, "client"),
        },
    ),
    "Microsoft.MachineLearningServices/workspaces": Provider(
        _ML,
        "Workspace",
        added=lambda place: {"mlFlowTrackingUri": f"azureml://westeurope.api.azureml.ms{place}"},
    ),
    "Microsoft.MachineLearningServices/workspaces/computes": Provider(_ML, "ComputeResource"),
    "Microsoft.Authorization/roleAssignments": Provider(
        "azure.mgmt.authorization.v2022_04_01", "RoleAssignmentCreateParameters", "RoleAssignment"
    ),
    "Microsoft.App/managedEnvironments": Provider(
        _APP, "ManagedEnvironment", added=lambda place: {"defaultDomain": f"blue.{_DOMAIN}"}
    ),
    "Microsoft.App/containerApps": Provider(
        _APP,
        "ContainerApp",
        added=lambda place: {
            "configuration": {"ingress": {"fqdn": f"{name_of(place)}.blue.{_DOMAIN}"}}
        },
    ),
    "Microsoft.ContainerInstance/containerGroups": Provider(
        "azure.mgmt.containerinstance",
        "ContainerGroup",
        added=lambda place: {
            "ipAddress": {
                "type": "Public",
                "ports": [],
                "fqdn": f"{name_of(place)}.westeurope.azurecontainer.io",
            }
        },
    ),
}
"""By type."""


def added(place: str) -> Mapping[str, Any]:
    """Return the properties that a service adds to a resource by itself."""
    provider = PROVIDERS.get(type_of(place))
    return provider.added(place) if provider else {}


def type_of(place: str) -> str:
    """Return the type of a resource, by its id."""
    namespace, *parts = place.rpartition("/providers/")[2].split("/")
    return "/".join([namespace, *parts[::2]])
