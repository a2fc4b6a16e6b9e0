"""API keys: who has a valid one is answered, who has not gets 401, and the file may change."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from timeit import timeit

import pytest

from model_runtime.api_key import make_key
from model_runtime.contract.problems import Refusal
from model_runtime.contract.routes import PATHS
from model_runtime.serving.keys import Keys
from model_runtime.settings import ApiKeys

from ..support.guarded import Guarded, guarded
from ..support.reloading import wait_for
from ..support.sample import PREFIX

CORS = "https://example.org"


@pytest.fixture(scope="module")
def service(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A service that asks for keys; each test leaves alice's valid."""
    folder = tmp_path_factory.mktemp("guarded")
    origins = {"SERVING__CORS_ORIGINS": json.dumps([CORS])}
    with guarded(trained / "model_bin", folder, **origins) as service:
        yield service


@pytest.mark.parametrize("path", PATHS)
def test_each_prediction_route_asks_for_a_key(service: Guarded, path: str) -> None:
    assert service.asked(service.key, path).status_code == 200
    assert service.asked(None, path).status_code == 401


@pytest.mark.parametrize(
    "written",
    ["Authorization: Bearer {}", "authorization: bearer  {}", "X-API-Key: {}"],
)
def test_a_key_is_sent_in_either_header(service: Guarded, written: str) -> None:
    name, value = written.format(service.key).split(": ", 1)
    answer = service.client.post("/api/predict", json=service.row, headers={name: value})
    assert answer.status_code == 200


def test_a_proxys_own_authorization_does_not_stand_in_the_way(service: Guarded) -> None:
    headers = {"Authorization": "Basic dTpw", "X-API-Key": service.key}
    assert service.client.post("/score", json={}, headers=headers).status_code == 422
    # As Postman sends it where its variable is empty.
    headers = {"Authorization": f"Bearer {service.key}", "X-API-Key": ""}
    assert service.client.post("/score", json={}, headers=headers).status_code == 422


def test_a_client_of_azure_mls_kind_works_unchanged(service: Guarded) -> None:
    """The client is the one that Azure ML's page "Consume" shows for an endpoint."""
    body = str.encode(json.dumps({"data": [service.row]}))
    url, api_key = f"{service.url}/score", service.key
    headers = {"Content-Type": "application/json", "Authorization": ("Bearer " + api_key)}
    req = urllib.request.Request(url, body, headers)
    with urllib.request.urlopen(req) as response:
        assert len(json.loads(response.read())["result"]) == 1
    req = urllib.request.Request(url, body, {**headers, "Authorization": "Bearer no-key"})
    with pytest.raises(urllib.error.HTTPError) as refusal:
        urllib.request.urlopen(req)
    with refusal.value as refused:
        assert refused.code == 401


def test_a_wrong_an_expired_and_a_revoked_key_get_the_same_problem(service: Guarded) -> None:
    expired, revoked = service.keys.new("late", days=-1 / 86_400), service.keys.new("gone")
    wait_for(lambda: service.asked(revoked).status_code == 200, "the new key")
    service.keys.revoke("gone")
    wait_for(lambda: service.asked(revoked).status_code == 401, "the key's end")
    problems = []
    for key in (f"{service.key}x", expired, revoked):
        answer = service.asked(key)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == 'Bearer realm="api", error="invalid_token"'
        assert "x-model-version" not in answer.headers
        problem = answer.json()
        assert problem.pop("request_id") == answer.headers["x-request-id"]
        problems.append(problem)
    assert problems[0]["status"] == 401
    assert problems[1:] == problems[:1] * 2
    missing = service.asked(None)
    assert missing.headers["www-authenticate"] == 'Bearer realm="api"'
    assert "Send an API key as 'Authorization: Bearer …'" in missing.json()["detail"]
    assert service.asked(service.key).status_code == 200


def refused() -> dict[str, Callable[[], Refusal | None]]:
    """Return the refusal of each kind of key; a revoked one is not known, as a wrong one."""
    lines = [make_key(f"name-{number}", 1)[1].line for number in range(20)]
    (late, known), (wrong, _) = make_key("late", 1), make_key("wrong", 1)
    past = known.line.replace(known.end, "2020-01-01T00:00:00Z")
    keys = Keys(ApiKeys(lines=",".join([*lines, past])))
    others = [(b"host", b"test"), (b"accept", b"*/*"), (b"content-type", b"application/json")]
    borne = {"wrong": wrong, "almost right": f"{late[:-1]}!", "expired": late, "missing": ""}
    return {
        kind: partial(keys.refusal, [*others, (b"x-api-key", key.encode())], "predictions")
        for kind, key in borne.items()
    }


def test_no_kind_of_refusal_takes_another_time() -> None:
    """The best of many short runs is compared: what else the machine does only adds to it."""
    asked = refused()
    assert all(call() for call in asked.values())
    rounds = [{kind: timeit(call, number=20) for kind, call in asked.items()} for _ in range(1000)]
    seconds = {kind: min(each[kind] for each in rounds) for kind in asked}
    assert max(seconds.values()) < 1.25 * min(seconds.values()), seconds


def test_a_key_is_followed_by_another_without_a_restart(service: Guarded) -> None:
    old = service.keys.new("carol")
    wait_for(lambda: service.asked(old).status_code == 200, "the first key")
    new = service.keys.new("carol")
    wait_for(lambda: service.asked(new).status_code == 200, "the second key")
    assert service.asked(old).status_code == 200
    service.keys.revoke("carol")
    wait_for(lambda: service.asked(old).status_code == 401, "the keys' end")
    assert service.asked(new).status_code == 401


@pytest.mark.parametrize("broken", ["torn", "empty", "gone"])
def test_a_broken_file_leaves_the_keys_as_they_are(service: Guarded, broken: str) -> None:
    before, told = service.keys.path.read_text(), len(service.log)
    if broken == "torn":
        service.keys.write(before[:-10])
    elif broken == "empty":
        service.keys.write("")
    else:
        service.keys.path.unlink()

    def is_told(text: str) -> bool:
        assert service.asked(service.key).status_code == 200
        return text in service.log[told:]

    wait_for(lambda: is_told("ERROR"), "the line in the log")
    assert f"API keys: {service.keys.path} (serving.api_keys.file)" in service.log[told:]
    assert "alice (until " in service.log[told:]
    service.keys.write(before)
    wait_for(lambda: is_told(f"{service.keys.path} has alice"), "the good file")


def test_a_file_with_a_comment_alone_lets_nobody_in(service: Guarded) -> None:
    before = service.keys.path.read_text()
    service.keys.write("# nobody\n")
    wait_for(lambda: service.asked(service.key).status_code == 401, "the keys' end")
    service.keys.write(before)
    wait_for(lambda: service.asked(service.key).status_code == 200, "the keys' return")


def test_probes_pages_and_what_is_not_guarded_are_open(service: Guarded) -> None:
    for path in ("/livez", "/readyz", "/ping", "/", "/docs", "/openapi.json", "/metrics"):
        assert service.client.get(path).status_code == 200, path
    for path in ("/api/info", "/api/predict/params"):
        assert service.client.get(path).status_code == 200, path


def test_a_preflight_asks_for_no_key_and_the_page_may_read_the_refusal(service: Guarded) -> None:
    headers = {
        "Origin": CORS,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type,x-api-key,authorization",
    }
    asked = service.client.options("/api/predict", headers=headers)
    assert asked.status_code == 200
    assert "x-api-key" in asked.headers["access-control-allow-headers"]
    refused = service.client.post("/api/predict", json={}, headers={"Origin": CORS})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, CORS)


@pytest.mark.parametrize(
    "path", ["/api/predict/", "//api/predict", "/api/predict?x=1", "/%61pi/predict"]
)
def test_no_way_of_writing_an_address_goes_around_it(service: Guarded, path: str) -> None:
    answer = service.client.post(path, json=service.row)
    assert answer.status_code in (401, 404), answer.text


def test_refusals_are_counted(service: Guarded) -> None:
    service.asked(None, "/score")
    counted = 'http_requests_total{method="POST",route="/score",status="401"} '
    wait_for(
        lambda: float(service.client.get("/metrics").text.split(counted)[1].split()[0]) >= 1,
        counted,
    )


def test_a_body_that_is_not_read_leaves_the_connection_in_order(service: Guarded) -> None:
    for _ in range(2):
        answer = service.client.post("/api/predict", content=b" " * 3_000_000)
        assert answer.status_code == 401
    assert service.asked(service.key).status_code == 200


def test_the_description_says_how_to_send_a_key(service: Guarded) -> None:
    for described in (service.openapi, service.client.get("/swagger.json").json()):
        schemes = described["components"]["securitySchemes"]
        assert schemes["bearer"]["scheme"] == "bearer"
        assert (schemes["header"]["in"], schemes["header"]["name"]) == ("header", "X-API-Key")
        for path, operations in described["paths"].items():
            (operation,) = operations.values()
            ways = [way for each in operation.get("security", []) for way in each]
            assert ways == (["bearer", "header"] if path in PATHS else []), path
            assert ("401" in operation["responses"]) == (path in PATHS), path


def test_no_key_is_ever_logged(service: Guarded) -> None:
    assert service.asked(service.key).status_code == 200
    assert service.asked(f"{service.key}x").status_code == 401
    assert service.key not in service.log
    command = Path(f"/proc/{service.process.pid}/environ").read_text()
    assert service.key not in command


def test_make_predict_takes_the_key_from_the_environment(service: Guarded) -> None:
    command = [sys.executable, "-m", "model_runtime", "predict", json.dumps(service.row)]
    for key, code in ((service.key, 0), ("", 1)):
        done = subprocess.run(
            [*command, "--url", service.url],
            env=os.environ | {f"{PREFIX}API_KEY": key},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert key or "401: {" in done.stderr
        assert key or f"The key is taken from {PREFIX}API_KEY" in done.stderr
        assert not key or key not in done.stdout + done.stderr
