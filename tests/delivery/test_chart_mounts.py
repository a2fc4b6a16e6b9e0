"""Volumes of one's own, beside those of the chart and never in their place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .charts import FETCHED, TAG, Manifest, containers, pods, with_values
from .helm import helm

GIVEN = {"name": "own", "emptyDir": {}, "read_only": False}
ALL = FETCHED["deployment"] | {
    "retrain": {"schedule": "@daily"},
    "secrets": {"api_keys": "keys"},
}


def asked(*paths: str) -> dict[str, Any]:
    """Return values with all of the chart's mounts, and volumes of one's own at paths."""
    volumes = [GIVEN | {"name": f"own-{n}", "mount_path": path} for n, path in enumerate(paths)]
    return FETCHED | {"deployment": ALL | {"volumes": volumes}}


def mounts(manifests: list[Manifest]) -> set[tuple[str, bool]]:
    """Return the paths of all mounts of those that have volumes of one's own, and if read-only."""
    return {
        (mount["mountPath"], mount.get("readOnly", False))
        for pod in pods(manifests)
        for container in containers(pod["spec"])
        if container["name"] in ("service", "fetch-model", "retrain")
        for mount in container["volumeMounts"]
    }


def refusal(project: Path, folder: Path, values: dict[str, Any]) -> str:
    """Return what Helm says of values."""
    given = with_values(folder, values)
    chart = next(project.glob("deploy/helm/*"))
    done = helm("template", "titanic", chart, "--set-string", TAG, *given, cwd=project)
    return done.stderr if done.returncode else ""


def test_no_mount_of_the_charts_own_can_be_taken(
    titanic: Path, render: Callable[..., list[Manifest]], tmp_path: Path
) -> None:
    own = mounts(render(asked()))
    assert {("/tmp", False), ("/etc/titanic", True), ("/app/data", False)} < own
    assert {("/retrain", False), ("/etc/titanic-keys", True), ("/models", True)} < own
    for path, read_only in own:
        # Also written otherwise, and above it; the root is no place for any volume.
        for taken in (path, f"{path}/", f"/x/..{path}", path.rpartition("/")[0] or "/."):
            said = refusal(titanic, tmp_path, asked(taken))
            assert f"deployment.volumes: own-0 can't be mounted at {taken}, for the" in said
        below = refusal(titanic, tmp_path, asked(f"{path}/own"))
        assert ("can't be mounted" in below) == (read_only or (path, True) in own)


@pytest.mark.parametrize("path", ["/app", "/app/"])
def test_the_image_stays_visible(titanic: Path, tmp_path: Path, path: str) -> None:
    assert "for the chart's pods have /app;" in refusal(titanic, tmp_path, asked(path))


def test_two_volumes_have_two_places(
    titanic: Path, render: Callable[..., list[Manifest]], tmp_path: Path
) -> None:
    assert ("/scratch", False) in mounts(render(asked("/scratch", "/scratch/below", "/etc/ca")))
    said = refusal(titanic, tmp_path, asked("/scratch", "/scratch/"))
    assert "own-0 and own-1 are mounted at one place, /scratch;" in said


def logged(path: str, max_mb: int = 100, keep: int = 5, *volumes: dict[str, Any]) -> dict[str, Any]:
    """Return values by which predictions are logged to a file."""
    file = {"path": path, "max_mb": max_mb, "keep": keep}
    return {
        "log": {"predictions": "file", "file": file},
        "deployment": {"volumes": [GIVEN | volume for volume in volumes]},
    }


KEPT = {"name": "kept", "mount_path": "/logs/"}
BELOW = {"name": "below", "mount_path": "/tmp/kept"}
CLOSED = {"read_only": True}
LOGGED: dict[str, list[dict[str, Any]]] = {
    "": [
        logged("/tmp/p.jsonl"),
        logged("/tmp/p.jsonl", 900, 0),
        logged("/logs/p.jsonl", 500, 5, KEPT),
        logged("/tmp/kept/p.jsonl", 500, 5, BELOW),
        logged("logs/p.jsonl", 500, 5, KEPT | {"mount_path": "/app/logs"}),
        logged("/logs/open/p.jsonl", 500, 5, KEPT | CLOSED, BELOW | {"mount_path": "/logs/open"}),
    ],
    "and a pod can't write": [
        logged("logs/p.jsonl"),
        logged("/tmp/../p.jsonl"),
        logged("/logs-2/p.jsonl", 100, 5, KEPT),
        logged("/logs/p.jsonl", 100, 5, KEPT | CLOSED),
        logged("/tmp/kept/p.jsonl", 100, 5, BELOW | CLOSED),
    ],
    "keep 5 it grows to 3000 MiB, and /tmp": [
        logged("/tmp/p.jsonl", 500, 5),
        logged("/tmp/p.jsonl", 500, 5, KEPT, BELOW),
    ],
    "keep 0 it grows to 901 MiB, and /tmp": [logged("/tmp/p.jsonl", 901, 0)],
}


@pytest.mark.parametrize(
    ("said", "values"), [(said, each) for said, given in LOGGED.items() for each in given]
)
def test_a_log_in_a_file_has_a_place_that_holds_it(
    titanic: Path, tmp_path: Path, said: str, values: dict[str, Any]
) -> None:
    found = refusal(titanic, tmp_path, values)
    assert said in found
    assert bool(said) == bool(found), found
