"""A chart as Helm renders it, held against Kubernetes' schemas."""

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from model_runtime.delivery.score_job import with_job

from . import manifest_schemas
from .helm import helm

Manifest = dict[str, Any]
TAG = "image.tag=7-0123456789ab"
VALIDATE = ("run", "--quiet", "--no-project", "--with", "kubernetes-validate==1.37.0", "python")
FETCHED = {
    "serving": {"model": "@champion"},
    "registry": {"uri": "https://mlflow.example.org"},
    "deployment": {"ci_image": "registry.example.org/ci:1"},
}
INGRESS = {"host": "model.example.org", "annotations": {"example.org/size": "10"}}
GATEWAY = {"name": "public", "namespace": "infra", "section": "https"}
DIGEST = f"sha256:{'7' * 64}"
CANARY = {"tag": "8-0123456789ab", "digest": f"sha256:{'8' * 64}", "weight": 10, "replicas": 2}
SCORE = {"id": "0a1b2c", "input": "s3://bucket/day=*/*.csv", "output": "abfs://out/$(HOME)"}
EXTRA: list[Manifest] = [
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "own", "labels": {"app.kubernetes.io/name": "own", "team": "risk"}},
        "data": {"template": "{{ .Values.image.tag }}"},
    },
    {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "quota"},
        "spec": {"hard": {"pods": 10_000_000}},
    },
]
VALUES: dict[str, dict[str, Any]] = {
    "defaults": {},
    "http": {"deployment": {"ingress": INGRESS | {"class_name": "public"}}},
    "cert-manager": {"deployment": {"ingress": INGRESS | {"issuer": "letsencrypt"}}},
    "below": {
        "serving": {"root_path": "/risk"},
        "deployment": {"ingress": INGRESS | {"issuer": "letsencrypt"}},
    },
    "own-certificate": {"deployment": {"ingress": INGRESS | {"tls_secret": "cert"}}},
    "scaled": {"deployment": {"replicas": 3, "max_replicas": 9, "cpu_percent": 50}},
    "fetched": FETCHED,
    "number": FETCHED | {"serving": {"model": 65}},
    "retrained": FETCHED
    | {
        "serving": {"model": "baked", "port": 9000},
        "deployment": {
            "retrain": {"schedule": "0 3 * * 1", "arguments": ["KEEP_DATA=1"]},
        },
    },
    "watched": {
        "deployment": {
            "service_monitor": {"enabled": True, "labels": {"release": "prometheus"}},
            "allow_from": ["ingress", "monitoring"],
        }
    },
    "secret": {
        "serving": {"api_keys": {"file": "api-keys.txt", "guard": ["predictions", "metrics"]}},
        "deployment": {
            "allow_to": [5000],
            "secrets": {
                "admin_token": "tokens",
                "api_keys": "keys",
                "log": "log",
                "registry": "mlflow",
                "pull": "pull",
            },
        },
    },
    "forwarded": {"log": {"predictions": "forward", "forward": {"host": "logs.example.org"}}},
    "collected": {
        "deployment": {
            "fluent_bit": {
                "outputs": [
                    {"name": "es", "match": "*", "host": "es.example.org", "port": 9243},
                    {"name": "stdout", "match": "*"},
                ]
            },
        }
    },
    "placed": {
        "serving": {"host": "::"},
        "deployment": {
            "service_type": "NodePort",
            "node_port": 30080,
            "service_annotations": {"example.org/internal": "true"},
            "labels": {"team": "risk"},
            "pod_annotations": {"sidecar.istio.io/inject": "false"},
            "env": [
                {"name": "HTTPS_PROXY", "value": "http://proxy:3128"},
                {"name": "TITANIC_PATHS__REPORTS", "value": "/tmp/reports"},
                {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
            ],
            "volumes": [
                {"name": "ca", "secret": {"secretName": "ca"}, "mount_path": "/etc/ca"},
                {"name": "scratch", "emptyDir": {}, "mount_path": "/scratch", "read_only": False},
            ],
            "node_selector": {"kubernetes.io/arch": "amd64"},
            "tolerations": [{"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}],
            "affinity": {
                "podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}
            },
            "priority_class": "system-cluster-critical",
            "service_account": "default",
            "cpu_limit": "2",
            "pull_policy": "Always",
        },
    },
    "every-host": {"deployment": {"ingress": {"host": "*", "tls_secret": "cert"}}},
    "any-host": {"deployment": {"ingress": {"host": "*.example.org"}, "path": "/{release}/api"}},
    "gateway": {"deployment": {"gateway": GATEWAY | {"hosts": ["*.example.org"]}, "path": "/"}},
    "long": {"image": {"repository": "registry.example.org:5000/team/model"}},
}
VALUES["all"] = {
    "serving": FETCHED["serving"],
    "deployment": {
        key: value
        for values in VALUES.values()
        for key, value in values.get("deployment", {}).items()
    },
}
VALUES |= {
    "versions": {
        "image": {"digest": DIGEST},
        "deployment": {"gateway": GATEWAY, "canaries": {"next": CANARY, "last": {"tag": "6"}}},
    },
    "models": FETCHED
    | {"deployment": {"gateway": GATEWAY, "canaries": {"next": {"model": 66, "weight": 100}}}},
    "nginx": {
        "deployment": {"ingress": INGRESS | {"issuer": "letsencrypt"}, "canaries": {"next": CANARY}}
    },
    "extra": {"deployment": {"extra_manifests": EXTRA}},
    "workers": {
        "registry": FETCHED["registry"],
        "deployment": {
            "ci_image": "registry.example.org/ci:1",
            "cpu_limit": "4",
            "retrain": {"schedule": "@daily", "workers": 999, "cpu": "1500m"},
            "secrets": {"workers": "dask"},
        },
    },
    "scored": {"global": {"score": SCORE}},
    "scored-by-fetched": FETCHED | {"global": {"score": SCORE}},
}
"""Several versions side by side, objects of others, and jobs; the rest has one Deployment."""


def with_values(folder: Path, values: dict[str, Any]) -> list[object]:
    """Return Helm's options for config.yaml and what differs from it."""
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(values), "utf-8")
    return ["--values", "config.yaml", "--values", file]


def template(
    project: Path,
    folder: Path,
    values: dict[str, Any],
    release: str = "titanic",
    namespace: str = "models",
) -> str:
    """Return the manifests; those of a scoring job, too, if the values ask for one."""
    chart = next(project.glob("deploy/helm/*"))
    options = ["--namespace", namespace, "--set-string", TAG, *with_values(folder, values)]
    with TemporaryDirectory() as other:
        whole = with_job(chart, Path(other)) if "score" in values.get("global", {}) else chart
        done = helm("template", release, whole, *options, cwd=project)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    return done.stdout


def documents(text: str) -> list[Manifest]:
    return [each for each in yaml.safe_load_all(text) if each]


def one(manifests: list[Manifest], kind: str) -> Manifest:
    (found,) = [each for each in manifests if each["kind"] == kind]
    return found


def named(manifests: list[Manifest], kind: str) -> dict[str, Manifest]:
    """Return the manifests of a kind by their names."""
    return {each["metadata"]["name"]: each for each in manifests if each["kind"] == kind}


def selects(selector: Manifest, labels: dict[str, str]) -> bool:
    """Tell whether a selector takes what has the labels."""
    among = selector.get("matchExpressions", [])
    assert {each["operator"] for each in among} <= {"In"}
    fits: bool = selector["matchLabels"].items() <= labels.items()
    return fits and all(labels.get(each["key"]) in each["values"] for each in among)


def pods(manifests: list[Manifest]) -> list[Manifest]:
    """Return what each workload makes pods of: metadata and spec."""
    found = [each for each in manifests if each["kind"] == "Pod"]
    found += [each["spec"]["template"] for each in manifests if each["kind"] == "Deployment"]
    jobs = [each["spec"]["jobTemplate"] for each in manifests if each["kind"] == "CronJob"]
    jobs += [each for each in manifests if each["kind"] == "Job"]
    return found + [job["spec"]["template"] for job in jobs]


def containers(pod: Manifest) -> list[Manifest]:
    """Return the containers of a pod's spec, those at its start first."""
    return [*pod.get("initContainers", []), *pod["containers"]]


def environment(container: Manifest) -> dict[str, Any]:
    """Return a container's variables, each with its value or where it is from."""
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in container["env"]}


def findings(manifests: dict[str, str]) -> dict[str, list[str]]:
    """Return what Kubernetes' schemas say of the manifests of each name, all by one process."""
    script = Path(manifest_schemas.__file__)
    done = subprocess.run(
        ["uv", *VALIDATE, str(script)],
        input=json.dumps(manifests),
        capture_output=True,
        text=True,
        cwd=script.parent,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, list[str]] = json.loads(done.stdout)
    for name, lines in said.items():
        checked = [line for line in lines if line.startswith("checked ")]
        assert len(checked) == manifest_schemas.VERSIONS, name
    return {
        name: [line for line in said[name] if not line.startswith("checked ")] for name in manifests
    }
