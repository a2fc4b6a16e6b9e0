"""The test of a service at its address: ready, and a prediction as at training."""

import time
from pathlib import Path
from typing import Any

import httpx
from model_runtime.api_key import key_headers, own_key, own_key_variable
from model_runtime.bundle.read import read_bundle
from model_runtime.delivery.check_image import agree
from model_runtime.delivery.newman import COLLECTION, NEWMAN, check_api
from model_runtime.errors import ProjectError
from model_runtime.postman.collection import write_collection
from model_runtime.settings import Settings
from model_runtime.terminal import say

PATIENCE_S = 180.0
EVERY_S = 1.0


def check_service(url: str, settings: Settings) -> str:
    """Wait until a service is ready, ask it, and say what it answered.

    Where newman is installed and the bundle here is the one that answers, it is asked all of the
    Postman collection, too.

    Raises:
        ProjectError: It isn't ready in time, or answers otherwise than at training.
    """
    _ready(url)
    headers = key_headers(own_key())
    try:
        info = httpx.get(f"{url}/api/info", headers=headers, timeout=30)
        if info.status_code == 401 and not headers:
            return f"is ready, and asks for a key: {own_key_variable()} holds none to try"
        about: dict[str, Any] = info.raise_for_status().json()["metadata"]
        test = about["self_test"]
        answer = httpx.post(f"{url}/api/predict", json=test["request"], headers=headers, timeout=30)
    except (httpx.HTTPError, ValueError, KeyError) as error:
        raise ProjectError(
            f"{url} does not answer as a service of this project: {error}."
        ) from error
    got = list(answer.json().values()) if answer.is_success else []
    if not agree(got, test["outputs"]):
        raise ProjectError(
            f"{url}/api/predict answers {answer.status_code} {answer.text[:200]}, and at training "
            f"it was {test['outputs']}."
        )
    _ask_all(url, settings, about["version"])
    return f"version {about['version']} answers as at training"


def _ready(url: str) -> None:
    end = time.monotonic() + PATIENCE_S
    last = "nothing"
    while time.monotonic() < end:
        try:
            answer = httpx.get(f"{url}/readyz", timeout=10)
        except httpx.HTTPError as error:
            last = str(error) or type(error).__name__
        else:
            if answer.status_code == 200:
                return
            last = f"{answer.status_code} {answer.text[:200]}"
        time.sleep(EVERY_S)
    raise ProjectError(f"{url}/readyz is not ready within {PATIENCE_S:.0f} s: {last}.")


def _ask_all(url: str, settings: Settings, version: int) -> None:
    if not NEWMAN.exists():
        say("  newman is not installed here: the Postman collection was not asked", "dim")
        return
    if not Path(settings.paths.bundle).is_dir():
        return
    bundle = read_bundle(settings.paths.bundle)
    if bundle.metadata.version != version:
        return
    write_collection(bundle, settings, COLLECTION)
    if check_api(settings, url):
        raise ProjectError(f"{url} fails tests of {COLLECTION}, as newman has said above.")
