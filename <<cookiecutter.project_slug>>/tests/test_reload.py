"""Another bundle takes over without a restart and without a lost request, or is refused."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from << cookiecutter.package_name >>.bundle.read import Bundle, read_bundle
from << cookiecutter.package_name >>.bundle.write import write_bundle
from << cookiecutter.package_name >>.errors import ProjectError
from << cookiecutter.package_name >>.settings import PREFIX, read_settings
from << cookiecutter.package_name >>.training.run import train

from .conftest import settings_in
from .load import loaded
from .service import PATIENCE, Service, running
from .small_cases import case, forest, logistic

TOKEN = "a-token-for-tests-0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ADMIN = {"SERVING__ADMIN_TOKEN": TOKEN, "SERVING__WATCH_SECONDS": "0"}
WATCHING = {"SERVING__WATCH_SECONDS": "0.05"}


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> list[Bundle]:
    """Version 1, a logistic regression, and version 2, a forest: each answers in its own way."""
    settings = settings_in(tmp_path_factory.mktemp("versions"))
    found = []
    for train_model in (logistic, forest):
        train(case(train_model), settings, Console(quiet=True))
        found.append(read_bundle(settings.paths.bundle))
    return found


@dataclass(frozen=True)
class Place:
    """A folder whose bundle is replaced."""

    folder: Path

    @property
    def log(self) -> str:
        return self.folder.with_name("log").read_text()

    def put(self, bundle: Bundle, **changes: Any) -> None:
        metadata = bundle.metadata.model_copy(update=changes)
        write_bundle(self.folder, bundle.model, bundle.schema, metadata)


@pytest.fixture
def place(bundles: list[Bundle], tmp_path: Path) -> Place:
    """A folder with version 1."""
    place = Place(tmp_path / "model_bin")
    place.put(bundles[0])
    return place


@dataclass(frozen=True)
class Served(Service):
    """A service and the folder that it reads."""

    place: Place

    def reload(self, **headers: str) -> httpx.Response:
        return self.client.post("/admin/reload", headers=headers or BEARER)

    @property
    def version(self) -> int:
        return int(self.post("/api/predict", self.example).headers["x-model-version"])

    def counted(self, outcome: str) -> float:
        """Return how many reloads came to this, by the metrics."""
        text = self.client.get("/metrics").text
        return float(text.split(f'model_reloads_total{{outcome="{outcome}"}} ')[1].split("\n")[0])


@contextmanager
def serving(place: Place, **environment: str) -> Iterator[Served]:
    with running(place.folder, place.folder.with_name("log"), **environment) as service:
        yield Served(service.client, service.process, place)


@pytest.fixture(scope="module")
def any_version(
    bundles: list[Bundle], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    place = Place(tmp_path_factory.mktemp("reload") / "model_bin")
    place.put(bundles[0])
    with serving(place, **ADMIN) as service:
        service.wait("/readyz")
        yield service
    assert TOKEN not in place.log


@pytest.fixture
def admin(any_version: Served, bundles: list[Bundle]) -> Served:
    """A service of version 1 that may be told to reload."""
    any_version.place.put(bundles[0])
    assert any_version.reload().status_code == 200
    return any_version


def wait_for(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"{what} did not come about in {PATIENCE} s"
        time.sleep(0.02)


def test_versions_switch_under_load_without_a_failed_request(
    admin: Served, bundles: list[Bundle]
) -> None:
    many = [admin.example] * 100  # so many are predicted in a thread
    with (
        loaded(admin, "/api/predict", admin.example, rate=300) as load,
        loaded(admin, "/api/proba_predictions", many, rate=20) as long_load,
    ):
        for previous, bundle in ((1, bundles[1]), (2, bundles[0]), (1, bundles[1])):
            time.sleep(0.7)  # of load on the version before
            admin.place.put(bundle)
            version = bundle.metadata.version
            expected = {"outcome": "switched", "from_version": previous, "to_version": version}
            assert admin.reload().json() == expected
        time.sleep(0.7)
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


def written(place: Place, text: str) -> bool:
    return text in place.log


def test_the_same_bundle_is_no_change(admin: Served) -> None:
    before = admin.counted("same")
    assert admin.reload().json() == {"outcome": "same", "from_version": 1, "to_version": 1}
    assert admin.counted("same") == before + 1


def test_two_reloads_at_once_are_one_after_the_other(admin: Served, bundles: list[Bundle]) -> None:
    admin.place.put(bundles[1])
    with ThreadPoolExecutor() as threads:
        answers = list(threads.map(lambda _: admin.reload().json(), range(2)))
    assert sorted(answer["outcome"] for answer in answers) == ["same", "switched"]


def flip_a_byte(place: Place, bundle: Bundle) -> str:
    place.put(bundle)
    model = place.folder / bundle.metadata.model_file
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 1
    model.write_bytes(content)
    return "differs from its SHA-256"


def make_by_another_major(place: Place, bundle: Bundle) -> str:
    place.put(bundle, template="99.0.0")
    return "version 99.0.0 of the template"


def miss_the_gate(place: Place, bundle: Bundle) -> str:
    name, value = next(iter(bundle.metadata.metrics.items()))
    place.put(bundle, thresholds={name: f"> {value + 1}"})
    return "misses its own thresholds"


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
    spoils = (flip_a_byte, make_by_another_major, miss_the_gate, fail_the_self_test, have_no_bundle)
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
            assert reason in admin.place.log
    assert load.failures == []
    assert {version for client in load.clients for version, _ in client.answers} == {"1"}
    assert admin.counted("refused") == before + len(spoils)
    admin.place.put(bundles[1])
    assert admin.reload().json()["to_version"] == 2


def test_a_process_without_a_bundle_becomes_ready_by_a_reload(
    place: Place, bundles: list[Bundle]
) -> None:
    flip_a_byte(place, bundles[0])
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


def test_all_workers_follow_a_changed_folder(place: Place, bundles: list[Bundle]) -> None:
    with serving(place, **ADMIN | WATCHING, SERVING__WORKERS="2") as service:
        service.wait("/readyz")
        example, closing = service.example, {"connection": "close"}  # each worker has a chance

        def seen() -> set[str]:
            answers = [
                service.client.post("/api/predict", json=example, headers=closing)
                for _ in range(20)
            ]
            assert {answer.status_code for answer in answers} <= {200, 503}  # 503 at the start
            return {answer.headers.get("x-model-version", "none") for answer in answers}

        for bundle in (bundles[0], bundles[1], bundles[0]):
            place.put(bundle)
            version = str(bundle.metadata.version)
            assert service.reload().json()["to_version"] == bundle.metadata.version
            wait_for(partial(lambda wanted: seen() == {wanted}, version), f"version {version}")
            wait_for(partial(lambda wanted: models(service) == [wanted], version), "its metric")


def models(service: Service) -> list[str]:
    """Return the versions that are served, by the metrics."""
    lines = service.client.get("/metrics").text.splitlines()
    return [
        line.split('version="')[1].split('"')[0]
        for line in lines
        if line.startswith("model_info{") and line.endswith(" 1.0")
    ]


def test_a_refused_change_is_reported_once(place: Place, bundles: list[Bundle]) -> None:
    with serving(place, **WATCHING) as service:
        service.wait("/readyz")
        reason = miss_the_gate(place, bundles[1])
        wait_for(partial(written, place, reason), "the refusal")
        time.sleep(0.3)  # some more looks at the folder
        assert service.version == 1
        place.put(bundles[1])
        wait_for(lambda: service.version == 2, "version 2")
        assert place.log.count(reason) == 1


def test_a_watching_process_becomes_ready_when_a_bundle_comes(
    tmp_path: Path, bundles: list[Bundle]
) -> None:
    place = Place(tmp_path / "model_bin")
    with serving(place, **WATCHING) as service:
        service.wait("/readyz", 503)
        place.put(bundles[0])
        service.wait("/readyz")
        assert service.version == 1


def test_there_is_no_reload_by_default(service: Service) -> None:
    assert read_settings().serving.admin_token is None
    assert service.client.post("/admin/reload", headers=BEARER).status_code == 404


def test_a_token_in_config_yaml_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"serving: {{admin_token: {TOKEN}}}")
    monkeypatch.setenv(f"{PREFIX}CONFIG", str(file))
    with pytest.raises(ProjectError, match="a secret does not belong in a file") as refusal:
        read_settings()
    assert TOKEN not in str(refusal.value)


@pytest.mark.parametrize("token", ["", "short-sesame", "blanks in the midst of it"])
def test_a_weak_token_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVING__ADMIN_TOKEN", token)
    with pytest.raises(ProjectError, match="at least 16 characters") as refusal:
        read_settings()
    assert not token or token not in str(refusal.value)


def test_a_token_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVING__ADMIN_TOKEN", TOKEN)
    settings = read_settings()
    assert settings.serving.admin_token
    assert TOKEN not in f"{settings!r} {settings.model_dump()} {settings.model_dump_json()}"


def test_several_workers_need_to_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{PREFIX}SERVING__ADMIN_TOKEN", TOKEN)
    monkeypatch.setenv(f"{PREFIX}SERVING__WORKERS", "2")
    monkeypatch.setenv(f"{PREFIX}SERVING__WATCH_SECONDS", "0")
    with pytest.raises(ProjectError, match="one of 2 workers; set watch_seconds"):
        read_settings()
    monkeypatch.setenv(f"{PREFIX}SERVING__WATCH_SECONDS", "2")
    read_settings()
