"""The function's app brought to Azure, which installs its requirements there."""

import re
import shutil
import subprocess
from pathlib import Path

from model_runtime.errors import ProjectError

from ..settings import Azure


def publish_function(azure: Azure, name: str, file: Path) -> None:
    """Put a zip into a function app of the resource group, by the Azure CLI.

    Raises:
        ProjectError: The name is none, az is missing, or it fails as it has said.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,58}[A-Za-z0-9]", name):
        raise ProjectError(f"PUBLISH is '{name}', and no name of a function app.")
    if not (az := shutil.which("az")):
        raise ProjectError(
            "The Azure CLI (az) is not installed here: get it from "
            "https://learn.microsoft.com/cli/azure/install-azure-cli, or upload the folder "
            f"{file.with_suffix('')} by `func azure functionapp publish {name}`."
        )
    place = ["--subscription", azure.subscription, "--resource-group", azure.resource_group]
    command = [az, "functionapp", "deployment", "source", "config-zip", *place]
    command += ["--name", name, "--src", str(file), "--build-remote", "true", "--output", "none"]
    if subprocess.run(command, check=False).returncode:  # noqa: S603
        raise ProjectError(f"{name} did not take the app; above is why.")
