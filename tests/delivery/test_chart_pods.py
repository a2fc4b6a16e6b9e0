"""Pods and the Service before them, as other people's clusters want them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .charts import (
    FETCHED,
    TAG,
    VALUES,
    Manifest,
    containers,
    environment,
    named,
    one,
    pods,
    with_values,
)
from .helm import helm

PLACED: dict[str, Any] = VALUES["placed"]["deployment"]
ALL = FETCHED | {
    "deployment": {**FETCHED["deployment"], **PLACED, "retrain": {"schedule": "@daily"}}
}


def test_all_pods_share_what_belongs_to_pods(render: Callable[..., list[Manifest]]) -> None:
    manifests = render(ALL)
    assert len(pods(manifests)) == 3
    for pod in pods(manifests):
        metadata, spec = pod["metadata"], pod["spec"]
        assert metadata["labels"]["team"] == "risk"
        assert metadata["annotations"].items() >= PLACED["pod_annotations"].items()
        assert spec["nodeSelector"] == PLACED["node_selector"]
        assert spec["tolerations"] == PLACED["tolerations"]
        assert spec["affinity"] == PLACED["affinity"]
        assert spec["priorityClassName"] == PLACED["priority_class"]
        assert spec["serviceAccountName"] == "default"
        assert {each["imagePullPolicy"] for each in containers(spec)} == {"Always"}
    assert "ServiceAccount" not in {each["kind"] for each in manifests}
    assert all(each["metadata"]["labels"]["team"] == "risk" for each in manifests)


def test_who_speaks_with_others_has_the_variables_and_volumes(
    render: Callable[..., list[Manifest]],
) -> None:
    manifests = render(ALL)
    service = one(manifests, "Deployment")["spec"]["template"]["spec"]
    job = one(manifests, "CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    for spec, container in (
        (service, service["containers"][0]),
        (service, service["initContainers"][0]),
        (job, job["containers"][0]),
    ):
        told = environment(container)
        assert len(told) == len(container["env"])
        assert told["HTTPS_PROXY"] == "http://proxy:3128"
        assert told["NODE"] == PLACED["env"][2]["valueFrom"]
        assert told["TITANIC_PATHS__REPORTS"] == "/tmp/reports"  # instead of the chart's own
        mounts = {each["name"]: each for each in container["volumeMounts"]}
        assert mounts["ca"] == {"name": "ca", "mountPath": "/etc/ca", "readOnly": True}
        assert mounts["scratch"]["readOnly"] is False
        assert {"name": "ca", "secret": {"secretName": "ca"}} in spec["volumes"]
    assert "TITANIC_CONFIG" in environment(service["containers"][0])


@pytest.mark.parametrize(("given", "user"), [({}, 10001), (None, None), (1000650000, 1000650000)])
def test_the_user_may_be_left_to_the_cluster(
    render: Callable[..., list[Manifest]], given: Any, user: int | None
) -> None:
    values = {} if given == {} else {"run_as_user": given}
    for pod in pods(render({"deployment": values})):
        context = pod["spec"]["securityContext"]
        assert context["runAsNonRoot"] is True
        for key in ("runAsUser", "runAsGroup", "fsGroup"):
            assert context.get(key) == user


def test_the_service_is_reached_as_the_cluster_wants(
    render: Callable[..., list[Manifest]],
) -> None:
    plain = one(render({}), "Service")
    assert plain["spec"]["type"] == "ClusterIP"
    assert "nodePort" not in plain["spec"]["ports"][0]
    node = one(render(VALUES["placed"]), "Service")
    assert node["spec"]["type"] == "NodePort"
    assert node["spec"]["ports"][0]["nodePort"] == 30080
    assert node["metadata"]["annotations"] == PLACED["service_annotations"]
    balanced = {"deployment": {"service_type": "LoadBalancer"}}
    assert one(render(balanced), "Service")["spec"]["type"] == "LoadBalancer"


@pytest.mark.parametrize(
    ("host", "listens", "policy"),
    [
        ("127.0.0.1", "0.0.0.0", None),
        ("localhost", "0.0.0.0", None),
        ("::1", "0.0.0.0", None),
        ("::", "::", "PreferDualStack"),
        ("0.0.0.0", "0.0.0.0", None),
    ],
)
def test_the_service_listens_where_others_are(
    render: Callable[..., list[Manifest]], host: str, listens: str, policy: str | None
) -> None:
    manifests = render({"serving": {"host": host}})
    (container,) = one(manifests, "Deployment")["spec"]["template"]["spec"]["containers"]
    assert environment(container)["TITANIC_SERVING__HOST"] == listens
    assert one(manifests, "Service")["spec"].get("ipFamilyPolicy") == policy


def test_an_image_can_be_named_by_its_digest(render: Callable[..., list[Manifest]]) -> None:
    digest = f"sha256:{'a' * 64}"
    manifests = render({"image": {"digest": digest}})
    for kind in ("Deployment", "Pod"):
        spec = one(manifests, kind)["spec"]
        (container,) = spec.get("template", {"spec": spec})["spec"]["containers"]
        assert container["image"] == f"titanic@{digest}"


def test_a_limit_of_cpu_is_set_where_it_is_wanted(render: Callable[..., list[Manifest]]) -> None:
    def limits(values: dict[str, Any]) -> list[Any]:
        manifests = render(ALL | {"deployment": {**ALL["deployment"], "cpu_limit": "", **values}})
        every = [each for pod in pods(manifests) for each in containers(pod["spec"])]
        return [each["resources"]["limits"].get("cpu") for each in every]

    assert set(limits({})) == {None}
    # Retraining asks for one whole.
    assert sorted(limits({"cpu": "0.5", "cpu_limit": "500m"})) == ["1", *["500m"] * 4]


def test_a_limit_below_what_is_asked_for_is_refused(titanic: Path, tmp_path: Path) -> None:
    values = with_values(tmp_path, {"deployment": {"cpu": "2", "cpu_limit": "1500m"}})
    chart = next(titanic.glob("deploy/helm/*"))
    done = helm("template", "titanic", chart, "--set-string", TAG, *values, cwd=titanic)
    assert done.returncode != 0
    assert "deployment.cpu is 2, more than deployment.cpu_limit, 1500m" in done.stderr


def test_labels_of_the_operator_go_before_those_of_all(
    render: Callable[..., list[Manifest]],
) -> None:
    monitor = {"enabled": True, "labels": {"team": "watch"}}
    manifests = render({"deployment": {"labels": {"team": "risk"}, "service_monitor": monitor}})
    for kind in ("ServiceMonitor", "PrometheusRule"):
        assert named(manifests, kind)["titanic"]["metadata"]["labels"]["team"] == "watch"
    assert named(manifests, "Service")["titanic"]["metadata"]["labels"]["team"] == "risk"
