"""The way to Azure: who asks, the workspace, and refusals as sentences."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from model_runtime.errors import ProjectError

from .settings import FILE, Azure

if TYPE_CHECKING:
    from azure.ai.ml import MLClient
    from azure.core.credentials import TokenCredential
    from azure.core.exceptions import AzureError, HttpResponseError

MANAGEMENT = "https://management.azure.com"
"""Azure Resource Manager; tokens for it are for `MANAGEMENT/.default`."""

_REFUSED = 400
_COLOUR = re.compile(r"\x1b\[\d*m")
_WAYS = {
    401: "sign in again, by `az login` or in the pipeline's service connection",
    403: "who you are signed in as lacks a role there: Contributor for resources, AzureML Data "
    "Scientist for the workspace, Storage Blob Data Contributor for its storage; ask its owner",
    404: "`make azure-infra` makes what {file} names; `az account show` tells which subscription "
    "you are in",
    409: "another change is under way, or a name is taken: wait, or change the name in {file}",
    429: "Azure asks to wait; try again in some minutes",
    503: "Azure does not answer; try again, and see https://status.azure.com",
}


def credential() -> "TokenCredential":
    """Return what proves who asks: a pipeline's identity, or the person of `az login`."""
    from azure.identity import DefaultAzureCredential

    # What each of its ways lacks, they write as warnings; the failure's sentence says it once.
    logging.getLogger("azure.identity").setLevel(logging.ERROR)
    return DefaultAzureCredential()


def workspace(azure: Azure) -> "MLClient":
    """Return the client of the workspace; nothing is asked yet."""
    from azure.ai.ml import MLClient

    scope = (azure.subscription, azure.resource_group, azure.name)
    client = MLClient(credential(), *scope, enable_telemetry=False, show_progress=False)
    # It warns of its own experimental parts, and notes each call.
    logging.getLogger("azure.ai.ml").setLevel(logging.CRITICAL)
    return client


def resource_group(azure: Azure) -> str:
    """Return the resource group's id."""
    return f"/subscriptions/{azure.subscription}/resourceGroups/{azure.resource_group}"


@contextmanager
def refusals_told(doing: str) -> Iterator[None]:
    """Turn failures of Azure and of the way there into sentences.

    Args:
        doing: What is tried, e.g. "uploading data/"; it begins the sentence.
    """
    from azure.core.exceptions import AzureError

    try:
        yield
    except AzureError as error:
        raise ProjectError(f"Azure, {doing}: {_sentence(error)}") from error


def _sentence(error: "AzureError") -> str:
    from azure.core.exceptions import (
        ClientAuthenticationError,
        HttpResponseError,
        ServiceRequestError,
        ServiceResponseError,
    )

    if isinstance(error, HttpResponseError) and error.status_code:
        return _refusal(error)
    if isinstance(error, ClientAuthenticationError):
        return _unsigned(str(error))
    if isinstance(error, ServiceRequestError | ServiceResponseError):
        return f"there is no way to it from here ({_first_line(error)}); look at network and proxy"
    return _first_line(error)


def _unsigned(message: str) -> str:
    """Say why there is no token, by the lines about the ways to one."""
    lines = [line.strip().rstrip(".") for line in message.splitlines()]
    failed = [line for line in lines if "Authentication failed" in line or "AADSTS" in line]
    if failed:
        return f"signing in failed: {failed[0]}; {_WAYS[401]}"
    return (
        "nobody is signed in here; sign in by `az login`, or set AZURE_CLIENT_ID and what its "
        "sign-in needs (deploy/azure/README.md)"
    )


def _refusal(error: "HttpResponseError") -> str:
    code = getattr(error.error, "code", None) or error.reason or ""
    # The answer about an operation that has failed is itself a good one.
    status = f"{error.status_code} " if (error.status_code or 0) >= _REFUSED else ""
    said = f"{status}{code}: {_message(error)}"
    way = _WAYS.get(error.status_code or 0, "").format(file=FILE)
    return f"{said.rstrip('.')}; {way}" if way else said


def _message(error: "HttpResponseError") -> str:
    told: Any = error.error
    return str(getattr(told, "message", None) or _first_line(error))


def _first_line(error: BaseException) -> str:
    """Return a message's first line; of a list of findings, by the SDK's checks, the findings."""
    text = _COLOUR.sub("", str(error))
    lines = [line.strip().rstrip(".") for line in text.splitlines()]
    found = [line.removeprefix("(x) ") for line in lines if line.startswith("(x) ")]
    found += re.findall(r'^ *"message": "(.*)",$', text, re.MULTILINE)
    return "; ".join(found) or next(filter(None, lines), type(error).__name__)
