"""The chart's parts fit each other and config.yaml."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from .charts import (
    FETCHED,
    TAG,
    VALUES,
    Manifest,
    environment,
    named,
    one,
    pods,
    selects,
    with_values,
)
from .helm import helm


def test_alerts_and_dashboard_are_those_of_the_release(
    titanic: Path, render: Callable[..., list[Manifest]]
) -> None:
    there = yaml.safe_load((titanic / "deploy/helm/titanic/rules.yaml").read_text("utf-8"))
    uids = set()
    for release in ("titanic", "titanic-staging"):
        manifests = render(VALUES["watched"], release)
        rules = one(manifests, "PrometheusRule")
        assert rules["metadata"]["name"] == release
        assert rules["metadata"]["labels"]["release"] == "prometheus"
        # A ServiceMonitor without a jobLabel makes the Service's name the job.
        assert "jobLabel" not in one(manifests, "ServiceMonitor")["spec"]
        assert one(manifests, "Service")["metadata"]["name"] == release
        asked = f'namespace="models", job="{release}"'
        measured = f'release="models/{release}"'
        text = json.dumps(there)
        for here, in_it in (('job="titanic"', asked), ('release="default/titanic"', measured)):
            text = text.replace(json.dumps(here)[1:-1], json.dumps(in_it)[1:-1])
        assert rules["spec"] == json.loads(text)
        name = f"{release}-dashboard"
        (found,) = [each for each in manifests if each["metadata"]["name"] == name]
        assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
        ((file, content),) = found["data"].items()
        assert file == f"models-{release}.json"
        dashboard = json.loads(content)
        assert len(dashboard["uid"]) <= 40
        uids.add(dashboard["uid"])
        exprs = [each["expr"] for panel in dashboard["panels"] for each in panel["targets"]]
        assert exprs
        assert all(asked in expr or measured in expr for expr in exprs)
    assert len(uids) == 2


def test_the_parts_know_each_other(render: Callable[..., list[Manifest]]) -> None:
    manifests = render(VALUES["all"])
    deployment, service = one(manifests, "Deployment"), one(manifests, "Service")
    pod = deployment["spec"]["template"]
    policy = named(manifests, "NetworkPolicy")["titanic"]
    selectors = {
        "deployment": deployment["spec"]["selector"],
        "service": {"matchLabels": service["spec"]["selector"]},
        "budget": one(manifests, "PodDisruptionBudget")["spec"]["selector"],
        "policy": policy["spec"]["podSelector"],
    }
    others = [each for each in pods(manifests) if each != pod]
    assert len(others) == 2
    for name, selector in selectors.items():
        assert selects(selector, pod["metadata"]["labels"]), name
        for other in others:
            assert not selects(selector, other["metadata"]["labels"]), name
    monitor = one(manifests, "ServiceMonitor")
    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    assert selects(monitor["spec"]["selector"], service["metadata"]["labels"])
    (port,) = service["spec"]["ports"]
    container = pod["spec"]["containers"][0]
    assert port["targetPort"] == container["ports"][0]["name"]
    assert monitor["spec"]["endpoints"][0]["port"] == port["name"]
    backend = one(manifests, "Ingress")["spec"]["rules"][0]["http"]["paths"][0]["backend"]
    assert backend["service"] == {"name": service["metadata"]["name"], "port": {"name": "http"}}
    scaled = one(manifests, "HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]
    assert (scaled["kind"], scaled["name"]) == ("Deployment", deployment["metadata"]["name"])
    assert "replicas" not in deployment["spec"]
    configs = [each["configMap"] for each in pod["spec"]["volumes"] if "configMap" in each]
    maps = {each["metadata"]["name"] for each in manifests if each["kind"] == "ConfigMap"}
    assert {config["name"] for config in configs} == {"titanic", "titanic-fluent-bit"} <= maps


def test_a_fetched_model_is_put_where_the_service_looks_for_it(
    render: Callable[..., list[Manifest]],
) -> None:
    pod = one(render(FETCHED), "Deployment")["spec"]["template"]["spec"]
    (fetcher,), (service,) = pod["initContainers"], pod["containers"]
    assert fetcher["image"] == "registry.example.org/ci:1"
    assert fetcher["command"] == ["python", "-m", "model_runtime.registry", "@champion"]
    place = environment(fetcher)["TITANIC_PATHS__BUNDLE"]
    assert place == environment(service)["TITANIC_PATHS__BUNDLE"]
    assert environment(service)["TITANIC_SERVING__MODEL"] == "baked"
    for container in (fetcher, service):
        (mount,) = [each for each in container["volumeMounts"] if each["name"] == "models"]
        assert Path(place).parent == Path(mount["mountPath"])


def test_a_pod_ends_only_when_nobody_sends_it_requests_any_more(
    render: Callable[..., list[Manifest]],
) -> None:
    values = {"serving": {"drain_seconds": 9, "shutdown_seconds": 31}}
    # First new connections go elsewhere, then those that are there, then what is under way ends.
    spec = one(render(values), "Deployment")["spec"]
    assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    pod = spec["template"]["spec"]
    assert pod["containers"][0]["lifecycle"]["preStop"] == {"sleep": {"seconds": 9}}
    assert environment(pod["containers"][0])["TITANIC_SERVING__DRAIN_SECONDS"] == "9"
    assert pod["terminationGracePeriodSeconds"] > 9 + 9 + 31


def test_a_collector_beside_the_service_gets_its_predictions(
    render: Callable[..., list[Manifest]],
) -> None:
    manifests = render(VALUES["collected"])
    pod = one(manifests, "Deployment")["spec"]["template"]["spec"]
    (collector,), (service,) = pod["initContainers"], pod["containers"]
    assert collector["restartPolicy"] == "Always"  # it starts first and ends last
    (config,) = [each for each in manifests if each["metadata"]["name"] == "titanic-fluent-bit"]
    pipeline = yaml.safe_load(config["data"]["fluent-bit.yaml"])["pipeline"]
    told = environment(service)
    (given,) = pipeline["inputs"]
    assert told["TITANIC_LOG__PREDICTIONS"] == given["name"] == "forward"
    assert told["TITANIC_LOG__FORWARD__HOST"] == given["listen"] == "127.0.0.1"
    assert told["TITANIC_LOG__FORWARD__PORT"] == str(given["port"])
    assert pipeline["outputs"] == VALUES["collected"]["deployment"]["fluent_bit"]["outputs"]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"deployment": {"fluent_bit": {"outputs": [{"name": "es", "host": "x"}]}}}, "has no port"),
    ],
)
def test_a_sink_that_a_pod_can_not_reach_is_refused(
    values: dict[str, Any], sentence: str, titanic: Path, tmp_path: Path
) -> None:
    chart = next(titanic.glob("deploy/helm/*"))
    options = ["--set-string", TAG, *with_values(tmp_path, values)]
    done = helm("template", "titanic", chart, *options, cwd=titanic)
    assert done.returncode != 0
    assert sentence in done.stderr


def test_a_service_that_nobody_answers_for_fails_its_test_with_a_sentence(
    render: Callable[..., list[Manifest]],
) -> None:
    (container,) = one(render({}), "Pod")["spec"]["containers"]
    script = container["command"][-1]
    # Nobody listens there: it is nobody's but root's to listen to.
    command = [sys.executable, "-c", script, "http://127.0.0.1:1", ""]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("http://127.0.0.1:1 does not answer: ")
    assert "scaled to none stays so" in done.stderr
