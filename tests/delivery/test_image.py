"""The image: built, run and checked by the tools that people will use."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery.images import (
    BASE,
    ENVIRONMENT,
    PREFIX,
    SECRETS,
    buildah,
    needed,
)
from tests.delivery.pipeline_tools import hadolint
from tests.support.commands import make, run
from tests.support.services import free_port, get

MOST_BYTES = 160_000_000
"""The bytes that the service, its libraries and its bundle may add to the base."""

DOCKERFILES = ("Dockerfile", "ci.Dockerfile", "mlflow.Dockerfile")


def mounted(image: str) -> Iterator[Path]:
    container = buildah("from", image)
    yield Path(buildah("mount", container))
    buildah("rm", container)


@pytest.fixture(scope="module")
def root(built: Path) -> Iterator[Path]:
    """The image's file system."""
    yield from mounted("titanic:1")


@pytest.fixture(scope="module")
def base(built: Path) -> Iterator[Path]:
    """The base's file system."""
    yield from mounted(BASE)


def size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())


@pytest.mark.parametrize("file", DOCKERFILES)
def test_hadolint_finds_nothing(plain: Path, file: str) -> None:
    run(hadolint(), f"deploy/docker/{file}", cwd=plain)


def test_the_image_is_small_and_holds_only_what_serving_needs(root: Path, base: Path) -> None:
    added = size(root) - size(base)
    print(f"the image adds {added / 1e6:.0f} MB to its base")
    assert added < MOST_BYTES
    packages = {path.name for path in root.glob("app/.venv/lib/*/site-packages/*")}
    assert not {"sklearn", "scipy", "pandas", "skops", "mlflow", "typer", "pip"} & packages
    programs = {path.name for path in root.glob("**/bin/*")}
    assert {"python3", "uvicorn"} <= programs
    assert not {"gcc", "cc", "make", "uv", "pip"} & programs
    assert not any((root / "root").rglob("*.whl"))
    assert not (root / "root/.cache").exists()
    kept = {path.name for path in (root / "app").iterdir()}
    assert kept == {".venv", "src", "client", "config.yaml", "pyproject.toml", "model_bin"}


def test_no_secret_gets_into_the_image(root: Path) -> None:
    for name in SECRETS:
        assert not (root / "app" / name).exists(), name


def test_the_image_says_what_it_is_and_how_it_starts(built: Path) -> None:
    described = json.loads(buildah("inspect", "--type", "image", "titanic:1"))["Docker"]["config"]
    metadata = json.loads((built / "model_bin/metadata.json").read_text())
    labels = described["Labels"]
    assert labels["org.opencontainers.image.title"] == metadata["name"] == "titanic"
    assert labels["org.opencontainers.image.version"] == str(metadata["version"]) == "1"
    assert labels["template.version"] == metadata["template"]
    assert labels["org.opencontainers.image.revision"]
    assert described["User"] == "10001:10001"
    assert described["Cmd"] == ["python", "-m", "model_runtime.serving"]
    assert described["ExposedPorts"] == {"8000/tcp": {}}
    assert described["Healthcheck"]["Test"][:3] == ["CMD", "python", "-c"]


def test_the_image_passes_its_own_tests(built: Path) -> None:
    shown = run("make", "image-test", cwd=built, **ENVIRONMENT)
    print(*re.findall(r".* is ready .*", shown))
    assert "titanic:1 is ready" in shown
    assert "titanic:1 runs as it should" in shown


def test_a_read_only_root_is_enough(root: Path) -> None:
    """As `docker run --read-only` has it; the health check is the image's own."""
    needed("unshare")
    port = free_port()
    config = json.loads(buildah("inspect", "--type", "image", "titanic:1"))["Docker"]["config"]
    # As platforms say which port it is.
    variables = dict(item.split("=", 1) for item in config["Env"]) | {"PORT": str(port)}
    given = [f"{name}={value}" for name, value in variables.items()]
    inside = ["chroot", "--userspec=10001:10001", root, "env", "-i", "--chdir=/app", *given]
    script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    alone = ["unshare", "--mount", "sh", "-c", script, root]
    served = [str(word) for word in [*alone, *inside, *config["Cmd"]]]
    check = [str(word) for word in [*inside, *config["Healthcheck"]["Test"][1:]]]
    with subprocess.Popen(served, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            while subprocess.run(check, capture_output=True).returncode:
                assert process.poll() is None, process.communicate()[0].decode()
            assert get(f"http://127.0.0.1:{port}/readyz")[0] == 200
        finally:
            process.terminate()
        assert process.wait(timeout=30) == 0


def test_the_sbom_names_the_images_packages(built: Path) -> None:
    make(built, "sbom")
    found = json.loads((built / "build/sbom.cdx.json").read_text())
    assert found["bomFormat"] == "CycloneDX"
    names = {component["name"] for component in found["components"]}
    assert {"onnxruntime", "numpy", "fastapi"} <= names
    assert not {"scikit-learn", "pandas", "pytest"} & names


def test_the_audit_finds_nothing_or_says_that_it_cannot_look(built: Path) -> None:
    done = subprocess.run(["make", "audit"], cwd=built, capture_output=True, text=True)
    said = done.stdout + done.stderr
    if "could not be audited" in said or "ConnectionError" in said:
        assert done.returncode != 0
        pytest.skip("the database of vulnerabilities can't be reached from here")
    assert done.returncode == 0, said


def test_without_a_tool_or_a_bundle_make_image_says_what_to_do(built: Path, tmp_path: Path) -> None:
    cli = built / ".venv/bin/titanic"
    clean = {"PATH": f"{built / '.venv/bin'}", "HOME": str(tmp_path)}
    for changes, said in (
        ({}, "needs docker or podman or buildah"),
        ({f"{PREFIX}PATHS__BUNDLE": "none"}, "make train"),
    ):
        done = subprocess.run(
            [cli, "image"], cwd=built, env=clean | changes, capture_output=True, text=True
        )
        assert done.returncode == 1
        assert said in " ".join(done.stderr.split()), os.linesep.join((done.stdout, done.stderr))
