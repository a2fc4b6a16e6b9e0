"""The HTTP call that starts a run of the pipeline."""

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from model_runtime.errors import ProjectError

from ..cloud import credential, refusals_told, resource_group
from ..learning.data import ASSET
from ..settings import FILE, Azure
from .endpoint import endpoint_name

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

AUDIENCE = "https://ml.azure.com"


@dataclass(frozen=True)
class Call:
    """The call.

    Attributes:
        url: The endpoint's address.
        body: Its JSON.
    """

    url: str
    body: str

    def curl(self) -> str:
        """Return the command that does the same."""
        token = f"az account get-access-token --resource {AUDIENCE} --query accessToken -o tsv"
        return (
            f"curl -X POST '{self.url}' -H \"Authorization: Bearer $({token})\" "
            f"-H 'Content-Type: application/json' -d '{self.body}'"
        )

    def send(self) -> str:
        """Start a run and return its id.

        Raises:
            ProjectError: Azure refuses.
        """
        from azure.core import PipelineClient
        from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RetryPolicy
        from azure.core.rest import HttpRequest

        headers = {
            "Content-Type": "application/json",
            "Repeatability-Request-ID": str(uuid.uuid4()),  # a retry starts no second run
        }
        token = BearerTokenCredentialPolicy(credential(), f"{AUDIENCE}/.default")
        with (
            refusals_told("starting the pipeline"),
            PipelineClient[Any, Any](self.url, policies=[RetryPolicy(), token]) as client,
        ):
            request = HttpRequest("POST", self.url, content=self.body, headers=headers)
            answer = client.send_request(request)
            answer.raise_for_status()
            return str(answer.json()["name"])


def call(client: "MLClient", azure: Azure, version: int | None) -> Call:
    """Return the call that starts a run.

    Args:
        client: The workspace's.
        azure: Names.
        version: Of the data asset to learn from, if there is one.

    Raises:
        ProjectError: There is no endpoint yet, or Azure refuses.
    """
    from azure.core.exceptions import ResourceNotFoundError

    with refusals_told("looking for the pipeline's endpoint"):
        try:
            url = client.batch_endpoints.get(endpoint_name(azure)).scoring_uri
        except ResourceNotFoundError as error:
            raise ProjectError(
                f"The pipeline has no address yet in what {FILE} names; `make azure-pipeline` "
                "puts it there."
            ) from error
    inputs: dict[str, Any] = {}
    if version:
        workspace = f"Microsoft.MachineLearningServices/workspaces/{azure.name}"
        place = f"{resource_group(azure)}/providers/{workspace}/data/{ASSET}/versions/{version}"
        inputs["data"] = {"JobInputType": "UriFolder", "Uri": f"azureml:{place}"}
    return Call(str(url), json.dumps({"properties": {"InputData": inputs}}))
