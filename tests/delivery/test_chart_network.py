"""Ways out of the pods and into them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .charts import FETCHED, TAG, VALUES, Manifest, named, one, pods, selects, with_values
from .helm import helm

DNS = {
    "ports": [{"port": port, "protocol": kind} for port in (53, 5353) for kind in ("UDP", "TCP")]
}
INSTANCE = {"app.kubernetes.io/name": "titanic", "app.kubernetes.io/instance": "titanic"}
IN_A_SECRET: dict[str, Any] = {"deployment": {"secrets": {"registry": "mlflow"}}}


def policy(manifests: list[Manifest], name: str = "titanic") -> Manifest:
    spec: Manifest = named(manifests, "NetworkPolicy")[name]["spec"]
    assert spec["policyTypes"] == ["Ingress", "Egress"]
    return spec


def called(spec: Manifest) -> list[int]:
    """Return the ports that a NetworkPolicy lets be called, beside DNS."""
    dns, ports = spec["egress"]
    assert dns == DNS
    return [each["port"] for each in ports["ports"]]


def test_the_network_is_closed_but_for_what_is_needed(
    render: Callable[..., list[Manifest]],
) -> None:
    baked = policy(render({}))
    assert "egress" not in baked
    assert baked["ingress"] == [{"ports": [{"port": "http"}]}]
    some = policy(render(VALUES["watched"]))["ingress"][0]["from"]
    assert some[1]["namespaceSelector"]["matchExpressions"][0]["values"] == [
        "ingress",
        "monitoring",
    ]


@pytest.mark.parametrize("name", VALUES)
def test_each_pod_has_a_policy_of_its_own(render: Callable[..., list[Manifest]], name: str) -> None:
    manifests = render(VALUES[name])
    policies = [each["spec"] for each in manifests if each["kind"] == "NetworkPolicy"]
    for pod in pods(manifests):
        labels = pod["metadata"]["labels"]
        (own,) = [each for each in policies if selects(each["podSelector"], labels)]
        assert own["policyTypes"] == ["Ingress", "Egress"]
        assert {} not in own.get("egress", [])
        assert all("ports" in each for each in own.get("egress", []))


@pytest.mark.parametrize(
    ("values", "ports"),
    [
        (FETCHED, [443]),
        (FETCHED | {"registry": {"uri": "http://mlflow:5000/path"}}, [5000]),
        (FETCHED | {"registry": {"uri": "http://mlflow"}}, [80]),
        (VALUES["forwarded"], [24224]),
        (VALUES["collected"], [9243]),
        ({"deployment": {"allow_to": [4317]}}, [4317]),
        (FETCHED | VALUES["forwarded"], [443, 24224]),
        (
            {
                "serving": {"model": "latest"},
                "deployment": {"allow_to": [5000], **IN_A_SECRET["deployment"]},
            },
            [5000],
        ),
    ],
)
def test_registry_and_collector_may_be_called(
    values: dict[str, Any], ports: list[int], render: Callable[..., list[Manifest]]
) -> None:
    assert called(policy(render(values))) == ports


def test_the_test_asks_the_service_alone(render: Callable[..., list[Manifest]]) -> None:
    manifests = render({"serving": {"port": 9000}})
    spec = policy(manifests, "titanic-predict")
    assert "ingress" not in spec
    service = {"to": [{"podSelector": {"matchLabels": INSTANCE}}], "ports": [{"port": 9000}]}
    assert spec["egress"] == [DNS, service]
    served = one(manifests, "Deployment")["spec"]["template"]
    assert served["metadata"]["labels"].items() >= INSTANCE.items()
    assert served["spec"]["containers"][0]["ports"][0]["containerPort"] == 9000


@pytest.mark.parametrize(
    ("retrain", "ports"),
    [({}, [5000, 443]), ({"allow_to": [80]}, [5000, 80]), ({"allow_to": []}, [5000])],
)
def test_retraining_calls_registry_and_data(
    retrain: dict[str, Any], ports: list[int], render: Callable[..., list[Manifest]]
) -> None:
    values = {
        "registry": {"uri": "http://mlflow:5000"},
        "deployment": {"retrain": {"schedule": "@daily", **retrain}},
    }
    spec = policy(render(values), "titanic-retrain")
    assert "ingress" not in spec
    assert called(spec) == ports


@pytest.mark.parametrize(
    "values",
    [
        {"serving": {"model": "latest"}, **IN_A_SECRET},
        {"deployment": {"retrain": {"schedule": "@daily"}, **IN_A_SECRET["deployment"]}},
    ],
)
def test_a_registry_without_a_port_is_refused(
    titanic: Path, tmp_path: Path, values: dict[str, Any]
) -> None:
    chart = next(titanic.glob("deploy/helm/*"))
    options = ["--set-string", TAG, *with_values(tmp_path, values)]
    done = helm("template", "titanic", chart, *options, cwd=titanic)
    assert done.returncode != 0
    assert "name its port in deployment.allow_to" in done.stderr


SCORED = {
    "app.kubernetes.io/component": "score",
    "batch.kubernetes.io/job-name": "titanic-score-0a1b2c",
}


@pytest.mark.parametrize(
    ("values", "name", "own", "ports"),
    [
        (VALUES["workers"], "titanic-retrain", {"app.kubernetes.io/component": "retrain"}, [443]),
        (VALUES["scored"], "titanic-score-0a1b2c", SCORED, [443]),
        (
            VALUES["scored-by-fetched"] | {"registry": {"uri": "http://mlflow:5000"}},
            "titanic-score-0a1b2c",
            SCORED,
            [5000, 443],
        ),
    ],
)
def test_a_jobs_pods_reach_one_another_and_no_other_pod_reaches_them(
    values: dict[str, Any],
    name: str,
    own: dict[str, str],
    ports: list[int],
    render: Callable[..., list[Manifest]],
) -> None:
    spec = policy(render(values), name)
    peers = [{"podSelector": {"matchLabels": INSTANCE | own}}]
    open_to_them = [{"port": each} for each in (8786, 8788, 8789)]
    assert spec["podSelector"] == peers[0]["podSelector"]
    assert spec["ingress"] == [{"from": peers, "ports": open_to_them}]
    called_ports = {"ports": [{"port": each} for each in ports]}
    assert spec["egress"] == [DNS, called_ports, {"to": peers, "ports": open_to_them}]
