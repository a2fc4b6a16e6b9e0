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
