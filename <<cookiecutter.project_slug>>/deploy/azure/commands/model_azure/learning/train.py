"""A training on the workspace's cluster, as a command job."""

from typing import TYPE_CHECKING, Any

from model_runtime.progress import Progress
from model_runtime.settings import Settings

from ..cloud import refusals_told
from ..settings import Azure
from .data import ASSET
from .environment import environment
from .snapshot import STEPS, code

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

CLUSTER = "cluster"


def begin(
    client: "MLClient", azure: Azure, settings: Settings, version: int | None, progress: Progress
) -> str:
    """Begin a training and return its job's name.

    Args:
        client: The workspace's.
        azure: The limits of the training.
        settings: The model's name, and the system's packages.
        version: Of the data asset; None where the use case brings its own data.
        progress: Where each part is a step.

    Raises:
        ProjectError: Azure refuses.
    """
    named = progress.run("environ", environment, client, settings)
    sent = progress.run("code", code, client)
    job = training(sent.id, named, azure, settings.model.name, version)
    return progress.run("submit", _submit, client, job)


def _submit(client: "MLClient", job: Any) -> str:
    with refusals_told("beginning the training"):
        return str(client.jobs.create_or_update(job).name)


def training(sent: str, named: str, azure: Azure, model: str, version: int | None) -> Any:
    """Return the job.

    Args:
        sent: The code's id.
        named: The environment.
        azure: The limits of the training.
        model: The model's name, the experiment's too.
        version: Of the data asset, if there is one.
    """
    from azure.ai.ml import Input, command
    from azure.ai.ml.entities import ManagedIdentityConfiguration

    inputs: dict[str, Any] = {}
    if version:
        path = f"azureml:{ASSET}:{version}"
        inputs["data"] = Input(type="uri_folder", path=path, mode="download")
    return command(
        command=f"{STEPS} train" + (" --data ${{inputs.data}}" if version else ""),
        code=sent,
        environment=named,
        inputs=inputs,
        compute=CLUSTER,
        experiment_name=model,
        display_name="train",
        timeout=azure.training.max_hours * 3600,
        identity=ManagedIdentityConfiguration(),
        tags={"data": f"{ASSET}:{version}"} if version else {},
    )
