"""The resources that `make azure-infra` made, by the names that its deployment says."""

from model_runtime.errors import ProjectError

from ..cloud import credential, refusals_told
from ..settings import FILE, Azure

DEPLOYMENT = "infrastructure"


def infrastructure_outputs(azure: Azure) -> dict[str, str]:
    """Return the deployment's outputs, e.g. the id of the Log Analytics workspace.

    Raises:
        ProjectError: There is none, it has not succeeded, or nobody may read it.
    """
    from azure.mgmt.resource.deployments import DeploymentsMgmtClient

    with (
        refusals_told("reading what `make azure-infra` made"),
        DeploymentsMgmtClient(credential(), azure.subscription) as client,
    ):
        found = client.deployments.get(azure.resource_group, DEPLOYMENT)
    told = (found.properties and found.properties.outputs) or {}
    if not told:
        raise ProjectError(
            f"The deployment {DEPLOYMENT} in {azure.resource_group} (of {FILE}) says no outputs: "
            "it has not succeeded; `make azure-infra` again says why."
        )
    return {name: str(output["value"]) for name, output in told.items()}
