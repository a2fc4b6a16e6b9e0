"""The log of a release's pods, by kubectl."""

import os
from typing import NoReturn

from .kubectl import need_kubectl


def follow(release: str, namespace: str) -> NoReturn:
    """Show what the pods of a release log, until Ctrl-C.

    Args:
        release: The release's name.
        namespace: Where it is.

    Raises:
        ProjectError: kubectl is missing.
    """
    kubectl = need_kubectl()
    versions = "app.kubernetes.io/component in (service, canary)"
    pods = f"app.kubernetes.io/instance={release},{versions}"
    options = ["--namespace", namespace, "--selector", pods, "--container", "service"]
    shown = ["--follow", "--prefix", "--tail", "100", "--max-log-requests", "100"]
    os.execv(kubectl, ["kubectl", "logs", *options, *shown])  # noqa: S606
