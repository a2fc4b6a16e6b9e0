"""The image: built, run and checked by the tools that people will use."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.images import (
    BASE,
    ENVIRONMENT,
    PREFIX,
    SECRETS,
    alone,
    buildah,
    needed,
)
from tests.delivery.pipeline_tools import hadolint, validators
from tests.support.commands import run
from tests.support.projects import NODE_MODULES, Trained
from tests.support.services import free_port, get

MOST_BYTES = 110_000_000
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


@pytest.fixture(scope="module")
def sbom(built: Path) -> dict[str, Any]:
    """The image's list of parts."""
    run("make", "sbom", cwd=built, **ENVIRONMENT)
    return dict(json.loads((built / "build/sbom.cdx.json").read_text()))


def size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())


@pytest.mark.parametrize("file", DOCKERFILES)
def test_hadolint_finds_nothing(plain: Path, file: str) -> None:
    run(hadolint(), f"deploy/docker/{file}", cwd=plain)


def test_the_image_is_small_and_holds_only_what_serving_needs(root: Path, base: Path) -> None:
    added = size(root) - size(base)
    print(f"the image adds {added / 1e6:.1f} MB to its base")
    assert added < MOST_BYTES
    packages = {path.name for path in root.glob("app/.venv/lib/*/site-packages/*")}
    assert not {"sklearn", "scipy", "pandas", "skops", "mlflow", "typer", "pip"} & packages
    about = "app/.venv/lib/*/site-packages/model_runtime-*.dist-info/licenses"
    for name in ("LICENSE", "NOTICE.md", "licences/swagger-ui.txt"):
        assert list(root.glob(f"{about}/{name}")), name
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


def test_the_image_passes_its_own_tests(built: Path, trained: Trained) -> None:
    """It asks for API keys then, as config.yaml says, by a file that only the deployment has."""
    if shutil.which("npm"):
        shutil.copytree(trained.newman() / NODE_MODULES, built / NODE_MODULES, symlinks=True)
    keys = {f"{PREFIX}SERVING__API_KEYS__FILE": "/etc/titanic-keys/keys"}
    shown = run("make", "image-test", cwd=built, **ENVIRONMENT, **keys)
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


def test_the_sbom_is_valid(built: Path, sbom: dict[str, Any]) -> None:
    code = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
print(JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read()))
"""
    file = built / "build/sbom.cdx.json"
    assert run(str(validators() / "python"), "-c", code, str(file), cwd=built) == "None\n"


def test_the_sbom_names_what_the_image_has(root: Path, sbom: dict[str, Any]) -> None:
    named = {part["purl"].partition("?")[0] for part in sbom["components"] if "purl" in part}
    folders = [*root.glob("app/.venv/lib/*/site-packages/*.dist-info")]
    there = {path.name.removesuffix(".dist-info").replace("_", "-").lower() for path in folders}
    own = {each for each in there if each.startswith("model-runtime-")}
    python = {f"pkg:pypi/{'@'.join(each.rsplit('-', 1))}" for each in there - own}
    assert len(python) > 20
    assert {each for each in named if each.startswith("pkg:pypi/")} == python
    # dpkg itself, asked of the image's own database.
    command = ["dpkg-query", f"--admindir={root}/var/lib/dpkg", "-W"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    debian = {tuple(line.split("\t")) for line in shown.splitlines()}
    assert len(debian) > 50
    parts = [part for part in sbom["components"] if part.get("purl", "").startswith("pkg:deb/")]
    assert {(part["name"], part["version"]) for part in parts} == {
        (name.partition(":")[0], version) for name, version in debian
    }


def test_the_sbom_has_licenses_and_hashes_and_who_needs_whom(
    built: Path, sbom: dict[str, Any]
) -> None:
    parts = {part["name"]: part for part in sbom["components"]}
    assert parts["fastapi"]["licenses"] == [{"expression": "MIT"}]
    locked = (built / "uv.lock").read_text("utf-8")
    wheels = [part for part in parts.values() if part.get("purl", "").startswith("pkg:pypi/")]
    for part in wheels:
        (source,) = part["externalReferences"]
        (digest,) = source["hashes"]
        assert f"sha256:{digest['content']}" in locked, part["name"]
    needs = {each["ref"]: each["dependsOn"] for each in sbom["dependencies"]}
    assert parts["numpy"]["bom-ref"] in needs[parts["onnxruntime"]["bom-ref"]]
    assert parts["titanic"]["type"] == "machine-learning-model"


def test_the_audit_asks_debian_and_python_or_says_that_it_cannot_look(built: Path) -> None:
    done = subprocess.run(
        ["make", "audit"], cwd=built, env=os.environ | ENVIRONMENT, capture_output=True, text=True
    )
    said = done.stdout + done.stderr
    container = buildah("from", "titanic:1")
    asked = "apt-get -qq update && apt list --upgradable 2>/dev/null | grep -- -security"
    try:
        newer = buildah("run", "--user", "0", container, "--", "sh", "-c", f"{asked} || true")
    finally:
        buildah("rm", container)
    missing = {line.partition("/")[0] for line in newer.splitlines()}
    assert set(re.findall(r"^  (\S+) \S+ -> \S+$", said, re.M)) == missing, said
    assert ("Debian has security fixes" in said) == bool(missing)
    if "could not be audited" in said or "ConnectionError" in said:
        assert done.returncode != 0
        pytest.skip("the database of Python's vulnerabilities can't be reached from here")
    assert (done.returncode == 0) == (not missing), said


def test_another_model_is_only_the_last_layer(built: Path, tmp_path: Path) -> None:
    """As another machine builds it: nothing is kept of the first, files have other times."""
    project = tmp_path / "titanic"
    shutil.copytree(
        built, project, ignore=shutil.ignore_patterns(".venv"), copy_function=shutil.copy
    )
    (project / "model_bin/more.json").write_text("{}")
    builder = "import sys; from model_runtime.delivery.image import Builder; "
    build = "Builder('buildah').build(*sys.argv[1:3], {}, sys.argv[3])"
    python = built / ".venv/bin/python"
    command = [python, "-c", builder + build, "deploy/docker/Dockerfile", "titanic:other", BASE]
    with alone():
        run(*command, cwd=project, **ENVIRONMENT)
    (*first, model), (*other, another) = layers("titanic:1"), layers("titanic:other")
    buildah("rmi", "titanic:other")
    assert first == other
    assert len(first) == len(layers(BASE)) + 2
    assert model != another


def layers(image: str) -> list[str]:
    return list(
        json.loads(buildah("inspect", "--type", "image", image))["OCIv1"]["rootfs"]["diff_ids"]
    )


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
