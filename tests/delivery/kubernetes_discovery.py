"""Discovery of Kubernetes' API: the kinds that a server has, and the checks that it makes."""

from typing import Any

Object = dict[str, Any]
KINDS = {
    "v1": ["ConfigMap", "Namespace", "Pod", "Secret", "Service", "ServiceAccount"],
    "apps/v1": ["Deployment", "ReplicaSet"],
    "autoscaling/v2": ["HorizontalPodAutoscaler"],
    "batch/v1": ["CronJob"],
    "monitoring.coreos.com/v1": ["PrometheusRule", "ServiceMonitor"],
    "networking.k8s.io/v1": ["Ingress", "NetworkPolicy"],
    "policy/v1": ["PodDisruptionBudget"],
}
VERSION = {"major": "1", "minor": "37", "gitVersion": "v1.37.0"}


def plural(kind: str) -> str:
    name = kind.lower()
    if name.endswith("y"):
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith("s") else f"{name}s"


def discovery(path: str) -> Object | None:
    groups = [version for version in KINDS if "/" in version]
    if path == "/version":
        return VERSION
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if path == "/apis":
        known = [{"groupVersion": each, "version": each.split("/")[1]} for each in groups]
        return {
            "kind": "APIGroupList",
            "apiVersion": "v1",
            "groups": [
                {
                    "name": each["groupVersion"].split("/")[0],
                    "versions": [each],
                    "preferredVersion": each,
                }
                for each in known
            ],
        }
    if path.startswith("/openapi/v3"):
        return openapi(path.removeprefix("/openapi/v3").strip("/"))
    version = (
        path.removeprefix("/apis/") if path.startswith("/apis/") else path.removeprefix("/api/")
    )
    if version not in KINDS:
        return None
    verbs = ["create", "delete", "get", "list", "patch", "update", "watch"]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": version,
        "resources": [
            {
                "name": plural(kind),
                "singularName": kind.lower(),
                "namespaced": kind != "Namespace",
                "kind": kind,
                "verbs": verbs,
            }
            for kind in KINDS[version]
        ],
    }


def openapi(path: str) -> Object | None:
    """Say that the server checks fields itself, for which Helm looks before it sends any."""
    paths = {("apis/" if "/" in version else "api/") + version: version for version in KINDS}
    if not path:
        return {"paths": {each: {"serverRelativeURL": f"/openapi/v3/{each}"} for each in paths}}
    if path not in paths:
        return None
    group, _, version = paths[path].rpartition("/")
    checked = [{"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}]
    kinds = {
        f"/{path}/{kind}": {
            "patch": {
                "parameters": checked,
                "x-kubernetes-group-version-kind": {
                    "group": group,
                    "version": version,
                    "kind": kind,
                },
                "responses": {},
            }
        }
        for kind in KINDS[paths[path]]
    }
    return {"openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "1"}, "paths": kinds}
