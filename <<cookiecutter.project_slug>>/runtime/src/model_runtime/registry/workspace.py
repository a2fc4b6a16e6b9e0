"""A workspace of Azure ML as the registry: `azureml://…`, by Azure's plugin for MLflow.

It speaks MLflow's language, but does not keep all that MLflow's own server does: it has no aliases
and no tags of a registered model (see `marks.py`), and a version has to be in MLflow's format
(see `mlmodel.py`).
https://learn.microsoft.com/azure/machine-learning/how-to-manage-models-mlflow
"""

import logging
import os
import re
from importlib.metadata import PackageNotFoundError, version

from ..errors import ProjectError

_SCHEME = "azureml://"
_ADDRESS = re.compile(
    r"azureml://(?P<host>[^/@?]+)/mlflow/v\d+\.\d+/subscriptions/[^/]+/resourceGroups/[^/]+"
    r"/providers/Microsoft\.MachineLearningServices/workspaces/[^/?]+"
)
_MANAGEMENT = {
    ".azure.cn": "https://management.chinacloudapi.cn",
    ".azure.us": "https://management.usgovcloudapi.net",
}
"""The address that a token is for, by the end of a workspace's host; in all others Azure's own."""

_RUN = ("MLFLOW_TRACKING_TOKEN", "MLFLOW_RUN_ID")
"""Variables of a job on the workspace's own cluster, which has its own token."""


def is_workspace(uri: str) -> bool:
    """Say whether a registry's address is that of a workspace."""
    return uri.startswith(_SCHEME)


def connect(uri: str) -> None:
    """Let MLflow speak to a workspace."""
    import mlflow

    # Azure has no pages of MLflow's at the addresses that it would print.
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    # The plugin finds a run's artifacts by the address that is set, whatever a client was given.
    mlflow.set_tracking_uri(uri)


def check(uri: str) -> None:
    """Refuse what would fail, in words of other libraries, once MLflow speaks to a workspace.

    Raises:
        ProjectError: The plugin is not installed, the address is not whole, or nobody is logged in.
    """
    try:
        version("azureml-mlflow")
    except PackageNotFoundError as error:
        raise ProjectError(
            f"A registry at {_SCHEME}… needs azureml-mlflow, which is not installed here: install "
            "the group 'azure-ml' (`uv sync --group azure-ml`; a project has it that was made with "
            "azure: yes)."
        ) from error
    found = _ADDRESS.fullmatch(uri)
    if found is None:
        raise ProjectError(
            f"The registry's address is '{uri.partition('?')[0]}', but a workspace's is "
            "azureml://REGION.api.azureml.ms/mlflow/v1.0/subscriptions/…/resourceGroups/…/providers"
            "/Microsoft.MachineLearningServices/workspaces/NAME (`az ml workspace show --name NAME "
            "--resource-group GROUP --query mlflow_tracking_uri` tells it)."
        )
    # Their headers, and the ways to a token that are not there, are no news of a training.
    logging.getLogger("azure").setLevel(logging.ERROR)
    logging.getLogger("azureml").setLevel(logging.WARNING)
    if not all(os.environ.get(name) for name in _RUN):
        _check_login(found["host"])


def refusal(error: Exception) -> str | None:
    """Return the way out where the workspace refuses for who asks; None where it is another error.

    Args:
        error: Of MLflow, or of Azure's client of the artifacts.
    """
    code = str(getattr(error, "error_code", "")), getattr(error, "status_code", None)
    if code[0] == "PERMISSION_DENIED" or code[1] == 403:
        return (
            "Who is logged in has no right to do this in the workspace: the role 'AzureML Data "
            "Scientist' on it has (`az account show` tells who that is)."
        )
    if code[0] in {"UNAUTHENTICATED", "CUSTOMER_UNAUTHORIZED"} or code[1] == 401:
        return "The token is not taken or has expired: log in again (`az login`)."
    return None


def _check_login(host: str) -> None:
    """Find out that nobody is logged in before the plugin does, which would open a browser."""
    from azure.core.exceptions import ClientAuthenticationError
    from azure.identity import DefaultAzureCredential

    ends = (to for end, to in _MANAGEMENT.items() if host.endswith(end))
    scope = next(ends, "https://management.azure.com")
    try:
        DefaultAzureCredential().get_token(f"{scope}/.default")
    except ClientAuthenticationError as error:
        raise ProjectError(
            f"The registry is a workspace of Azure ML at {host}, and nobody is logged in to Azure "
            "here: `az login`, or in a pipeline the variables AZURE_TENANT_ID, AZURE_CLIENT_ID and "
            "a federated token."
        ) from error
