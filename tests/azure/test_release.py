"""`make azure-release`: asked before it has requests, taken back when it fails, and rolled back."""

import os
import re
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest
from model_azure.cloud import resource_group
from model_azure.service import suffix
from model_azure.settings import FILE, read_azure
from model_runtime.testing.service import running

from tests.azure.commands import run
from tests.azure.images import Images, images
from tests.azure.stand_in import StandIn
from tests.azure.stand_in.container_apps import DOMAIN
from tests.azure.stand_in.messages import Answer, Refused, Request
from tests.support.projects import Trained

__all__ = ["images"]


def _app(azure: StandIn) -> dict[str, Any]:
    place = f"{resource_group(read_azure())}/providers/Microsoft.App/containerApps/iris-classifier"
    return azure.arm.resources[place.lower()]


def _shares(azure: StandIn) -> dict[str, int]:
    """Return the share of the requests of each image that runs."""
    revisions = azure.arm.below(f"{_app(azure)['id']}/revisions")
    return {
        each["properties"]["template"]["containers"][0]["image"].rpartition(":")[2]: each[
            "properties"
        ]["trafficWeight"]
        for each in revisions
        if each["properties"]["active"]
    }


def _release(azure: StandIn, tag: str, monkeypatch: pytest.MonkeyPatch, code: int = 0) -> str:
    """Release an image; each second has its own revision, so the clock goes on."""
    monkeypatch.setattr("model_azure.release_apps.suffix", lambda image: f"v{image}")
    return run("release", "--tag", tag, code=code)


def test_the_first_release_serves(
    azure: StandIn, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = _release(azure, "1", monkeypatch)
    assert "iris-classifier--v1: version 1 answers as at training" in output
    assert f"iris-classifier--v1 answers at https://iris-classifier.{DOMAIN}" in output
    assert _shares(azure) == {"1": 100}


def test_a_new_one_is_asked_at_its_own_address_and_only_then_serves(
    azure: StandIn, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    _release(azure, "1", monkeypatch)
    images.asked.clear()
    seen: list[dict[str, int]] = []

    def serve(image: str, request: Request) -> Answer:
        seen.append(_shares(azure))
        return images(image, request)

    azure.container_apps.serves = serve
    _release(azure, "2", monkeypatch)
    assert seen == [{"1": 100, "2": 0}] * 3
    assert images.asked == [
        f"2 iris-classifier--v2 {path}" for path in ("/readyz", "/api/info", "/api/predict")
    ]
    assert _shares(azure) == {"2": 100}
    assert _app(azure)["tags"]["former"] == "iris-classifier--v1"


@pytest.fixture(scope="session")
def bundle(trained: Trained) -> Path:
    """Titanic's, made before a test stands between its project and the package registry."""
    return trained("titanic") / "model_bin"


@pytest.mark.slow
def test_a_real_service_is_asked_its_self_test(
    azure: StandIn,
    images: Images,
    bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with running(bundle, tmp_path / "log") as real:

        def forward(image: str, request: Request) -> Answer:
            headers = {"content-type": request.headers.get("content-type", "")}
            path = real.url + request.path
            answer = httpx.request(request.method, path, content=request.body, headers=headers)
            return Answer(answer.status_code, answer.content)

        azure.container_apps.serves = forward
        output = _release(azure, "1", monkeypatch)
    assert "iris-classifier--v1: version 1 answers as at training" in output


def test_one_that_answers_otherwise_is_taken_back(
    azure: StandIn, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    _release(azure, "1", monkeypatch)
    images.bad.add("2")
    output = _release(azure, "2", monkeypatch, code=1)
    assert "/api/predict answers 200 " in output
    assert "--v2 is stopped; iris-classifier--v1 has answered all the time, and does." in output
    assert _shares(azure) == {"1": 100}
    assert (
        httpx.get(f"https://iris-classifier.{DOMAIN}/api/info").json()["metadata"]["version"] == 1
    )


def test_a_first_one_that_answers_otherwise_is_stopped(
    azure: StandIn, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    images.bad.add("1")
    output = _release(azure, "1", monkeypatch, code=1)
    assert "--v1 is stopped; nothing ran before it, so nothing answers." in output
    assert _shares(azure) == {}


@pytest.mark.parametrize(
    ("tag", "named"), [("3-0a1b2c3d4e5f", "v3-"), ("latest", "r-"), ("", "r-")]
)
def test_a_revisions_name_says_version_and_time(tag: str, named: str) -> None:
    assert re.fullmatch(rf"{named}\d{{8}}-\d{{6}}", suffix(tag))


def test_one_that_never_runs_is_taken_back_with_its_reason(
    azure: StandIn, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    _release(azure, "1", monkeypatch)
    (repository,) = re.findall(r"  repository: (\S+)", Path("config.yaml").read_text())
    azure.container_apps.broken[f"{repository}:2"] = "ImagePullFailure: denied"
    output = _release(azure, "2", monkeypatch, code=1)
    assert "does not come to run (Provisioned, Failed): ImagePullFailure: denied" in output
    assert "az containerapp logs show --name iris-classifier" in output
    assert _shares(azure) == {"1": 100}


def test_a_deployment_that_fails_changes_nothing(
    azure: StandIn, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    _release(azure, "1", monkeypatch)
    azure.deployments.failures["/containerApps/"] = "InvalidParameterValueInContainer", "no image"
    output = _release(azure, "2", monkeypatch, code=1)
    assert "InvalidParameterValueInContainer: no image" in output
    assert "iris-classifier--v1 has answered all the time" in output
    assert _shares(azure) == {"1": 100}


def test_a_busy_azure_is_asked_again(
    azure: StandIn, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    throttled = Refused(429, "TooManyRequests", "The request is throttled.", Retry_After="0")
    azure.faults.add("PATCH", "/containerApps/", throttled)
    azure.faults.unavailable("GET", "/revisions/", 2)
    _release(azure, "1", monkeypatch)
    assert _shares(azure) == {"1": 100}


def test_ctrl_c_takes_it_back(
    azure: StandIn, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    _release(azure, "1", monkeypatch)

    def serve(image: str, request: Request) -> Answer:
        os.kill(os.getpid(), signal.SIGINT)
        return Answer(503, {})

    azure.container_apps.serves = serve
    output = _release(azure, "2", monkeypatch, code=130)
    assert "--v2 is stopped; iris-classifier--v1 has answered all the time" in output
    assert _shares(azure) == {"1": 100}


def test_a_rollback_asks_the_former_one_first(
    azure: StandIn, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Nothing ran before" in run("release", "--rollback", code=1)
    _release(azure, "1", monkeypatch)
    _release(azure, "2", monkeypatch)
    images.bad.add("1")
    assert "--v1 is stopped; iris-classifier--v2 " in run("release", "--rollback", code=1)
    assert _shares(azure) == {"2": 100}
    images.bad.clear()
    output = run("release", "--rollback")
    assert "iris-classifier--v1 answers again, in the place of iris-classifier--v2" in output
    assert _shares(azure) == {"1": 100}


def test_a_key_is_shown_where_there_is_one(
    azure: StandIn, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    images.key = "secret"
    assert "asks for a key: IRIS_CLASSIFIER_API_KEY holds none" in _release(azure, "1", monkeypatch)
    monkeypatch.setenv("IRIS_CLASSIFIER_API_KEY", "secret")
    assert "version 2 answers as at training" in _release(azure, "2", monkeypatch)


def test_secrets_come_from_the_vault_by_identity(
    azure: StandIn, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = "IRIS_CLASSIFIER_SERVING__API_KEYS__LINES"
    FILE.write_text(FILE.read_text().replace("secrets: {} ", f"secrets: {{{keys}: api-keys}} "))
    _release(azure, "1", monkeypatch)
    properties = _app(azure)["properties"]
    connection, secret = properties["configuration"]["secrets"]
    assert connection["value"].startswith("InstrumentationKey=")
    assert secret["keyVaultUrl"].endswith(".vault.azure.net/secrets/api-keys")
    assert secret["identity"].endswith("/userAssignedIdentities/iris-classifier-service")
    variables = properties["template"]["containers"][0]["env"]
    assert {"name": keys, "secretRef": secret["name"]} in variables
