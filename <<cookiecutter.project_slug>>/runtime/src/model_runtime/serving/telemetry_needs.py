"""The packages and variables that `serving.telemetry` needs: looked for before anything starts."""

import os
from importlib.util import find_spec

from ..errors import ProjectError

_PACKAGES = {
    "otlp": ("opentelemetry.distro",),
    "azure": ("opentelemetry.distro", "azure.monitor.opentelemetry"),
}
_CONNECTION = "APPLICATIONINSIGHTS_CONNECTION_STRING"


def demand_telemetry(wanted: str) -> None:
    """See that what is wanted can be had.

    Raises:
        ProjectError: A package or a variable is missing.
    """
    for package in _PACKAGES.get(wanted, ()):
        if not _is_installed(package):
            raise ProjectError(
                f"serving.telemetry is {wanted}, and {package} is not installed: "
                f"`uv sync` needs `--group {wanted}`, which `make image` gives it."
            )
    if wanted == "azure" and not os.environ.get(_CONNECTION):
        raise ProjectError(
            f"serving.telemetry is azure, and {_CONNECTION} is not in the environment; the "
            "overview page of Application Insights has it."
        )


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # not even the package that it would be in
        return False
