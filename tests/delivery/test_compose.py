"""Compose, and what it runs beside the service: each file by its own tool."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.delivery.images import needed
from tests.delivery.pipeline_tools import compose
from tests.support.commands import run
from tests.support.projects import Baked, Trained

PROFILES = {
    "": {"service"},
    "monitoring": {"service", "prometheus", "pushgateway", "grafana"},
    "logging": {"service", "fluent-bit", "elasticsearch", "kibana"},
    "registry": {"service", "mlflow", "postgres"},
}


@pytest.fixture(scope="module")
def described(plain: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((plain / "deploy/compose.yaml").read_text())
    return found


def configured(project: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Have Compose itself read a project's file, with nothing else in its environment."""
    command = [
        str(compose()),
        "--file",
        "deploy/compose.yaml",
        *words,
        "config",
        "--format",
        "json",
    ]
    environment = {"PATH": os.environ["PATH"], "HOME": str(project)} | variables
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("profile", PROFILES)
def test_compose_itself_reads_each_profile(plain: Path, profile: str) -> None:
    words = ("--profile", profile) if profile else ()
    done = configured(plain, *words, IMAGE="titanic:7", POSTGRES_PASSWORD="secret")
    assert (done.returncode, done.stderr) == (0, "")
    services = json.loads(done.stdout)["services"]
    assert set(services) == PROFILES[profile]
    assert services["service"]["image"] == "titanic:7"


def test_compose_itself_reads_a_project_without_monitoring(baked: Baked) -> None:
    done = configured(baked(), "--profile", "*")
    assert set(json.loads(done.stdout)["services"]) == PROFILES["registry"]


def test_a_word_that_compose_does_not_know_is_refused(plain: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "deploy" / "compose.yaml"
    wrong.parent.mkdir()
    text = (plain / "deploy/compose.yaml").read_text()
    wrong.write_text(text.replace("read_only:", "read_olny:"))
    done = configured(tmp_path)
    assert done.returncode != 0
    assert "read_olny" in done.stderr


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_waits_until_all_of_it_is_healthy(
    described: dict[str, Any], profile: str
) -> None:
    services = {
        name: service
        for name, service in described["services"].items()
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
    plain: Path, described: dict[str, Any]
) -> None:
    for service in described["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            mounted = plain / "deploy" / source
            assert source in described["volumes"] or source[0] == "/" or mounted.is_file()
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
          - exp_labels: {severity: critical, job: titanic}
            exp_annotations: {summary: "titanic: 2%% of the predictions fail (5xx)"}
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
    shutil.copy(plain / "deploy/monitoring/prometheus.yaml", tmp_path)
    shutil.copy(plain / "deploy/helm/titanic/rules.yaml", tmp_path)
    run(promtool, "check", "config", "prometheus.yaml", cwd=tmp_path)
    (tmp_path / "test.yaml").write_text(RULES % "rules.yaml")
    run(promtool, "test", "rules", "test.yaml", cwd=tmp_path)


def test_dashboard_and_rules_ask_for_metrics_that_the_service_has(trained: Trained) -> None:
    project = trained("titanic")
    code = (
        "from uuid import uuid4; from model_runtime.serving.metrics import Metrics\n"
        "from model_runtime.bundle.read import read_bundle; from pathlib import Path\n"
        "metrics = Metrics(); metrics.observe([(('/score', 'POST', 200), 0.1)])\n"
        "metrics.predicted('yes', 1); metrics.reloaded('refused')\n"
        "metrics.serves(read_bundle(Path('model_bin')).metadata); print(metrics.text().decode())\n"
        "from model_runtime.monitoring.gauges import GAUGES, OF_ALL\n"
        "for name, (_, own) in GAUGES.items():\n"
        "    print(name + '{' + ','.join(f'{label}=\"\"' for label in (*OF_ALL, *own)) + '} 0')"
    )
    told = run(".venv/bin/python", "-c", code, cwd=project)
    series = {
        name: set(re.findall(r'(\w+)="', labels))
        for name, labels in re.findall(r"^(\w+)\{(.*)\} ", told, re.MULTILINE)
    }
    rules = yaml.safe_load((project / "deploy/helm/titanic/rules.yaml").read_text())
    dashboard = json.loads((project / "deploy/helm/titanic/dashboard.json").read_text())
    asked = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    asked += [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    recorded = {rule.get("record") for group in rules["groups"] for rule in group["rules"]}
    selectors = [each for expr in asked for each in re.findall(r"([\w:]+)\{([^}]*)\}", expr)]
    assert len(selectors) > 10
    for name, labels in selectors:
        if name in recorded:
            continue
        known = series[name] if name != "up" else set()
        assert set(re.findall(r"(\w+)[=!]", labels)) - {"job", "instance"} <= known, name


def test_fluent_bit_keeps_the_services_lines(plain: Path, described: dict[str, Any]) -> None:
    found = yaml.safe_load((plain / "deploy/monitoring/fluent-bit.yaml").read_text())
    pipeline = found["pipeline"]
    tag = described["services"]["service"]["logging"]["options"]["tag"]
    assert pipeline["filters"][0]["regex"] == f"$attrs['tag'] ^{tag}$"
    parsers = {parser["name"] for parser in found["parsers"]}
    assert {pipeline["inputs"][0]["parser"], pipeline["filters"][1]["parser"]} <= parsers
    assert {output["host"] for output in pipeline["outputs"]} <= set(described["services"])
