"""A training on the workspace's cluster, as a command job."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from model_runtime.settings import Settings

from .cloud import refusals_told
from .data import ASSET, found
from .environment import environment
from .settings import Azure
from .snapshot import STEPS, snapshot

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

CLUSTER = "cluster"


def begin(client: "MLClient", azure: Azure, settings: Settings, wanted: str) -> str:
    """Begin a training and return its job's name.

    Args:
        client: The workspace's.
        azure: The limits of the training.
        settings: The model's name, and the system's packages.
        wanted: The version of the data asset; `latest` may be none, where the use case brings its
            own data.

    Raises:
        ProjectError: There is no such version, or Azure refuses.
    """
    version = found(client, wanted)
    named = environment(client, settings)
    with snapshot() as code, refusals_told("beginning the training"):
        job = training(code, named, azure, settings.model.name, version)
        return str(client.jobs.create_or_update(job).name)


def training(code: Path, named: str, azure: Azure, model: str, version: int | None) -> Any:
    """Return the job.

    Args:
        code: The code's folder.
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
        code=str(code),
        environment=named,
        inputs=inputs,
        compute=CLUSTER,
        experiment_name=model,
        display_name="train",
        timeout=azure.training.max_hours * 3600,
        identity=ManagedIdentityConfiguration(),
        tags={"data": f"{ASSET}:{version}"} if version else {},
    )
