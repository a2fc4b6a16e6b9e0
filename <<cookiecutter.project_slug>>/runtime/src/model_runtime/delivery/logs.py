"""The log of a release's pods, by kubectl."""

import os
import shutil
from typing import NoReturn

from ..errors import ProjectError


def follow(release: str, namespace: str) -> NoReturn:
    """Show what the pods of a release log, until Ctrl-C.

    Args:
        release: The release's name.
        namespace: Where it is.

    Raises:
        ProjectError: kubectl is missing.
    """
    if not (kubectl := shutil.which("kubectl")):
        raise ProjectError(
            "kubectl is not installed here; get https://kubernetes.io/docs/tasks/tools/."
        )
    versions = "app.kubernetes.io/component in (service, canary)"
    pods = f"app.kubernetes.io/instance={release},{versions}"
    options = ["--namespace", namespace, "--selector", pods, "--container", "service"]
    shown = ["--follow", "--prefix", "--tail", "100", "--max-log-requests", "100"]
    os.execv(kubectl, ["kubectl", "logs", *options, *shown])  # noqa: S606
