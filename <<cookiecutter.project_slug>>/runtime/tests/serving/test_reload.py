"""Another bundle takes over without a restart and without a lost request, or is refused."""

import json
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from model_runtime.bundle.read import Bundle
from model_runtime.bundle.write import write_bundle
from model_runtime.settings import read_settings
from model_runtime.testing.service import Service

from ..support.load import loaded
from ..support.reloading import (
    ADMIN,
    BEARER,
    TOKEN,
    Place,
    Served,
    miss_the_gate,
    serving,
    wait_for,
    written,
)
from ..support.sealed_parts import flip_a_byte


def test_versions_switch_under_load_without_a_failed_request(
    admin: Served, bundles: list[Bundle]
) -> None:
    many = [admin.example] * 100  # so many are predicted in a thread
    with (
        loaded(admin, "/api/predict", admin.example, rate=300) as load,
        loaded(admin, "/api/proba_predictions", many, rate=20) as long_load,
    ):
        for previous, bundle in ((1, bundles[1]), (2, bundles[0]), (1, bundles[1])):
            load.more(50)  # on the version before
            long_load.more(3)
            admin.place.put(bundle)
            version = bundle.metadata.version
            expected = {"outcome": "switched", "from_version": previous, "to_version": version}
            assert admin.reload().json() == expected
        load.more(50)
        long_load.more(3)
    assert [*load.failures, *long_load.failures] == []
    answers = [client.answers for client in load.clients]
    one, two = answers[0][:2]
    assert (one[0], two[0], one[1] == two[1]) == ("1", "2", False)
    # Each version's answers are its own, and each client sees each switch once.
    assert answers == [[one, two, one, two]] * len(load.clients)
    for client in long_load.clients:
        assert [version for version, _ in client.answers] == ["1", "2", "1", "2"]
    assert load.rate >= 200


def test_after_a_switch_all_that_is_said_is_of_the_new_version(
    admin: Served, bundles: list[Bundle]
) -> None:
    feature, *others = bundles[1].schema.features
    bounded = feature.model_copy(update={"max": 7e7})
    schema = bundles[1].schema.model_copy(update={"features": [bounded, *others]})
    write_bundle(admin.place.folder, bundles[1].model, schema, bundles[1].metadata)
    assert admin.openapi["info"]["version"] == "1"
    assert admin.reload().status_code == 200
    assert admin.client.get("/api/info").json()["metadata"]["version"] == 2
    described = admin.openapi
    assert described["info"]["version"] == "2"
    shown = described["components"]["schemas"]["Features"]["properties"][feature.name]
    assert shown["anyOf"][0]["maximum"] == 7e7
    assert "/admin/reload" not in described["paths"]
    assert admin.client.get("/api/predict/params").json()["Größe"] == ["L", "M", "S"]
    wrong = admin.post("/api/predict", {**admin.example, feature.name: 8e7})
    assert (wrong.status_code, wrong.headers["x-model-version"]) == (422, "2")
    metrics = admin.client.get("/metrics").text
    assert 'version="2"} 1.0' in metrics
    assert 'version="1"' not in metrics
    assert 'http_requests_total{method="POST",route="/admin/reload",status="200"}' in metrics
    assert 'route="/api/predict",status="422"} 1.0' in metrics


def test_predictions_of_both_versions_are_logged(admin: Served, bundles: list[Bundle]) -> None:
    answers = [admin.post("/api/predict", admin.example)]
    admin.place.put(bundles[1])
    admin.reload()
    answers.append(admin.post("/api/predict", admin.example))
    for version, answer in enumerate(answers, 1):
        request_id = answer.headers["x-request-id"]
        wait_for(partial(written, admin.place, request_id), "the log line")
        (line,) = [json.loads(line) for line in admin.place.log.splitlines() if request_id in line]
        assert line["version"] == version


def test_the_same_bundle_is_no_change(admin: Served) -> None:
    before = admin.counted("same")
    assert admin.reload().json() == {"outcome": "same", "from_version": 1, "to_version": 1}
    assert admin.counted("same") == before + 1


def test_two_reloads_at_once_are_one_after_the_other(admin: Served, bundles: list[Bundle]) -> None:
    admin.place.put(bundles[1])
    with ThreadPoolExecutor() as threads:
        answers = list(threads.map(lambda _: admin.reload().json(), range(2)))
    assert sorted(answer["outcome"] for answer in answers) == ["same", "switched"]


def test_one_worker_takes_the_bundle_anew_at_a_hangup(admin: Served, bundles: list[Bundle]) -> None:
    admin.place.put(bundles[1])
    admin.process.send_signal(signal.SIGHUP)
    wait_for(lambda: admin.version == 2, "version 2")


def damage_the_model(place: Place, bundle: Bundle) -> str:
    place.put(bundle)
    flip_a_byte(place.folder / bundle.metadata.model_file)
    return "differs from its SHA-256"


def make_by_another_major(place: Place, bundle: Bundle) -> str:
    place.put(bundle, template="99.0.0")
    return "version 99.0.0 of the template"


def fail_the_self_test(place: Place, bundle: Bundle) -> str:
    test = bundle.metadata.self_test
    place.put(bundle, self_test=test.model_copy(update={"outputs": [0.123, 0.877]}))
    return "self-test answers"


def have_no_bundle(place: Place, bundle: Bundle) -> str:
    shutil.rmtree(place.folder)
    return "There is no bundle"


def test_a_bad_bundle_is_refused_and_the_old_one_keeps_serving(
    admin: Served, bundles: list[Bundle]
) -> None:
    spoils = (
        damage_the_model,
        make_by_another_major,
        miss_the_gate,
        fail_the_self_test,
        have_no_bundle,
    )
    before = admin.counted("refused")
    with loaded(admin, "/api/predict", admin.example, rate=100) as load:
        for spoil in spoils:
            reason = spoil(admin.place, bundles[1])
            answer = admin.reload()
            assert answer.status_code == 409, spoil.__name__
            assert answer.headers["content-type"] == "application/problem+json"
            assert reason in answer.json()["detail"]
            assert "Version 1 keeps serving" in answer.json()["detail"]
            assert admin.client.get("/readyz").status_code == 200
            wait_for(partial(written, admin.place, reason), "the refusal")
    assert load.failures == []
    assert {version for client in load.clients for version, _ in client.answers} == {"1"}
    assert admin.counted("refused") == before + len(spoils)
    admin.place.put(bundles[1])
    assert admin.reload().json()["to_version"] == 2


def test_a_process_without_a_bundle_becomes_ready_by_a_reload(
    place: Place, bundles: list[Bundle]
) -> None:
    damage_the_model(place, bundles[0])
    with serving(place, **ADMIN) as service:
        wait_for(partial(written, place, "Not ready"), "the refusal")
        assert service.reload().status_code == 409
        assert "SHA-256" in service.client.get("/readyz").json()["detail"]
        place.put(bundles[0])
        expected = {"outcome": "switched", "from_version": None, "to_version": 1}
        assert service.reload().json() == expected
        assert service.client.get("/readyz").status_code == 200
        assert service.version == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": f"Bearer {TOKEN}x"},
        {"Authorization": f"Bearer {TOKEN[:-1]}"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": TOKEN},
        {"X-Token": TOKEN},
    ],
)
def test_without_the_token_nothing_is_reloaded(
    admin: Served, bundles: list[Bundle], headers: dict[str, str]
) -> None:
    admin.place.put(bundles[1])
    answer = admin.reload(**headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["title"] == "Unauthorized"
    assert admin.version == 1


def test_there_is_no_reload_by_default(service: Service) -> None:
    assert read_settings().serving.admin_token is None
    assert service.client.post("/admin/reload", headers=BEARER).status_code == 404
