"""Processes that watch their folder follow its bundle by themselves."""

from functools import partial
from pathlib import Path

from model_runtime.bundle.read import Bundle
from model_runtime.testing.service import COMMAND, Service, writing

from ..support.reloading import (
    ADMIN,
    WATCHING,
    Place,
    Served,
    await_looks,
    miss_the_gate,
    serving,
    wait_for,
    written,
)


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


def test_a_refused_change_is_reported_once_until_the_next(
    place: Place, bundles: list[Bundle]
) -> None:
    with serving(place, **WATCHING) as service:
        service.wait("/readyz")
        reason = miss_the_gate(place, bundles[1])
        wait_for(partial(written, place, reason), "the refusal")
        await_looks(place.folder, 3)
        assert service.version == 1
        assert place.log.count(reason) == 1
        # As is put right what could not be read: of the files only the rights change.
        next(place.folder.iterdir()).chmod(0o640)
        wait_for(lambda: place.log.count(reason) == 2, "another look after a change of rights")
        place.put(bundles[1])
        wait_for(lambda: service.version == 2, "version 2")
        assert place.log.count(reason) == 2


def test_serving_with_reload_follows_the_bundle(place: Place, bundles: list[Bundle]) -> None:
    way = (*COMMAND, "--reload")
    with (
        place.folder.with_name("log").open("w") as log,
        writing(place.folder, log, log, way) as started,
    ):
        service = Served(started.client, started.process, place)
        service.wait("/readyz")
        place.put(bundles[1])
        wait_for(lambda: service.version == 2, "version 2")


def test_a_watching_process_becomes_ready_when_a_bundle_comes(
    tmp_path: Path, bundles: list[Bundle]
) -> None:
    place = Place(tmp_path / "model_bin")
    with serving(place, **WATCHING) as service:
        service.wait("/readyz", 503)
        place.put(bundles[0])
        service.wait("/readyz")
        assert service.version == 1
