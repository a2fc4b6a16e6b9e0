"""Values that Kubernetes' API takes and refuses, by the settings' paths."""

from typing import Any

LABEL_VALUES = (["", "a", "true", "7", "A-1_b.c", "x" * 63], ["-a", "a b", "a/b", "x" * 64, "é"])
NAMESPACES = (
    ["models", "a-1", "7", "null", "x" * 63],
    ["Bad Namespace", "a.b", "-a", "a-", "x" * 64, "a_b"],
)
NAMES = (
    ["", "a", "a.b", "registry.example.org", "1-a.2", "true", "7"],
    ["a..b", "A", "a_b", "-a", "a-", ".a", "a" * 254],
)
PORTS = ([1, 443, 65535], [0, 65536, -1, "http"])
CPUS = (["250m", "1", "1.5", "0.25", "0.005"], ["0", "0m", "1Ki", "1k", "-1", "m", "0.0001", "1 "])
MEMORIES = (
    ["512Mi", "1Gi", "1.5Gi", "2G", "536870912"],
    ["512m", "0", "0Mi", "1 GB", "512mi", "64", "-1Gi", "1KB"],
)
COUNTS = ([1, 3], [0, -1, 2**31, "two"])
SCHEDULES = (
    [
        *("", "0 3 * * 1", "*/15 * * * *", "0 0 1,15 * MON-fri", "5/20 0-23/2 ? JAN 0"),
        *("@daily", "@midnight", "@every 1h30m"),
    ],
    [
        *("@nonsense", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 *"),
        *(
            "* * * * 7",
            "* * * * MO",
            "*/0 * * * *",
            "* * * *",
            "* * * * * *",
            "@every",
            "a b c d e",
        ),
        "TZ=UTC 0 3 * * 1",
    ],
)
HOSTS = (
    ["", "localhost", "model.example.org", "*", "*.example.org", "1.example.org", "a-b.c3"],
    ["a..b", "A.org", "*.", "a.*.b", "-a.org", "a-.org", "a_b.org", "10.0.0.1", "a.org.", "a/b"],
)
KEYS = (
    ["team", "example.org/team", "a.b_c-D", "x" * 63, f"{'x' * 253}/a"],
    ["", "a b", "/a", "a/", "-a", "a-", "a/b/c", "x" * 64, "e_x/a"],
)


def keyed(keys: tuple[list[str], list[str]], values: tuple[list[str], list[str]]) -> Any:
    """Return mappings by keys and values."""
    good, bad = (
        [*({key: "a"} for key in keys[each]), *({"a": value} for value in values[each])]
        for each in (0, 1)
    )
    return [{}, *good], bad


LABELS = keyed(KEYS, LABEL_VALUES)
OWN_LABELS = [{"app.kubernetes.io/name": "a"}, {"helm.sh/chart": "a"}]
ANNOTATIONS = keyed(KEYS, (["", "any thing: é"], []))

FIELD = {"fieldRef": {"fieldPath": "metadata.name"}}

RULES: dict[str, tuple[list[Any], list[Any]]] = {
    "serving.port": ([1, 8000, 65535], [0, 65536, -1]),
    "image.tag": (["", "7", "7-0a1b2c3d4e5f-dirty", "x" * 128], ["a b", "-a", "a/b", "x" * 129]),
    "image.digest": (["", f"sha256:{'a' * 64}"], ["sha256:a", "a" * 64]),
    "serving.shutdown_seconds": ([0, 60], [-1, 10**10]),
    "log.forward.port": PORTS,
    "deployment.namespace": NAMESPACES,
    "deployment.release": (["a", "a-1", "true", "x" * 53], ["1a", "A", "a.b", "a-", "x" * 54, ""]),
    "deployment.replicas": COUNTS,
    "deployment.max_replicas": ([0, 1, 3], [-1, 2**31, "two"]),
    "deployment.cpu_percent": COUNTS,
    "deployment.cpu": CPUS,
    "deployment.cpu_limit": (["", "2", "1500m"], CPUS[1]),
    "deployment.memory": MEMORIES,
    "deployment.allow_from": (
        [[each] for each in NAMESPACES[0]],
        [[each] for each in NAMESPACES[1]],
    ),
    "deployment.allow_to": ([[each] for each in PORTS[0]], [[each] for each in PORTS[1]]),
    "deployment.labels": (LABELS[0], [*LABELS[1], *OWN_LABELS]),
    "deployment.pod_annotations": ANNOTATIONS,
    "deployment.service_annotations": ANNOTATIONS,
    "deployment.node_selector": LABELS,
    "deployment.service_type": (["ClusterIP", "NodePort", "LoadBalancer"], ["", "Clusterip"]),
    "deployment.node_port": ([0, 30080], [-1, 65536]),
    "deployment.priority_class": NAMES,
    "deployment.service_account": NAMES,
    "deployment.run_as_user": ([1, 10001, 1000650000, None], [0, -1, 2**31, "root"]),
    "deployment.pull_policy": (["", "Always", "IfNotPresent", "Never"], ["always"]),
    "deployment.env": (
        [
            *([], [{"name": "A_1", "value": "x"}], [{"name": "a", "valueFrom": FIELD}]),
            *([{"name": "TOKEN", "value": value}] for value in ("", "$(OTHER)", "/run/token")),
            *([{"name": "DB_PASSWORD", "valueFrom": FIELD}], [{"name": "TOKENS", "value": "x"}]),
        ],
        [
            *([{"name": name, "value": "x"}] for name in ("DB_PASSWORD", "a_token", "API_KEY")),
            *([{"value": "x"}], [{"name": "A B"}], [{"name": "1A"}], [{"name": ""}], ["A=x"]),
            *([{"name": "A", "value": 1}], [{"name": "A", "valueFrom": {}}]),
        ],
    ),
    "deployment.volumes": (
        [[], [{"name": "ca", "emptyDir": {}, "mount_path": "/etc/ca", "read_only": False}]]
        + [
            [{"name": "ca", "emptyDir": {}, "mount_path": "/a", "sub_path": path}]
            for path in ("", "a", "a/.b/..c")
        ],
        [[{"name": name, "mount_path": "/a"}] for name in ("tmp", "config", "A", "a.b", "x" * 64)]
        + [[{"name": "a", "mount_path": path}] for path in ("a", "/a:b", "")]
        + [[{"name": "a", "mount_path": "/a", "sub_path": p}] for p in ("/a", "..", "a/../b")]
        + [[{"name": "a"}]],
    ),
    "deployment.path": (
        ["", "/", "/risk", "/{release}/api", "/.well-known/a~b"],
        ["risk", "/risk/", "//a", "/..", "/a/./b", "/{name}", "/a b", "/a?b"],
    ),
    "deployment.ingress.host": HOSTS,
    "deployment.gateway.hosts": (
        [[each] for each in HOSTS[0] if each not in ("", "*")] + [["a.example"] * 16],
        [[each] for each in (*HOSTS[1], "", "*")] + [["a.example"] * 17],
    ),
    "deployment.gateway.name": NAMES,
    "deployment.gateway.namespace": (["", *NAMESPACES[0]], NAMESPACES[1]),
    "deployment.gateway.section": NAMES,
    "deployment.canaries": (
        [{}, {"next": {"tag": "8", "weight": 10}}]
        + [{"a-2345678": {"model": each}} for each in ("", 66, "66", "@next")],
        [{name: {"tag": "8"}} for name in ("", "A", "a.b", "-a", "a-", "x" * 10)]
        + [{"next": each} for each in ({"tag": "a b"}, {"digest": "8"}, {"weight": 101})]
        + [{"next": {"model": each}} for each in ("baked", "newest")]
        + [{"next": each} for each in ({"weight": -1}, {"replicas": 0}, {"tga": "8"})],
    ),
    "deployment.extra_manifests": (
        [[], [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {}}]],
        [[{"kind": "Pod", "metadata": {"name": "a"}}], [{"apiVersion": "v1", "kind": "Pod"}]]
        + [[{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}}]]
        + [[{"apiVersion": "v1", "kind": "List", "metadata": {"name": "a"}, "items": []}]]
        + [[{"apiVersion": "v1", "kind": "a", "metadata": each}] for each in ({}, {"name": 1})],
    ),
    "deployment.ingress.class_name": NAMES,
    "deployment.ingress.issuer": NAMES,
    "deployment.ingress.tls_secret": NAMES,
    "deployment.ingress.annotations": ANNOTATIONS,
    **{
        f"deployment.secrets.{name}": NAMES
        for name in ("admin_token", "api_keys", "log", "registry", "telemetry", "pull", "workers")
    },
    "deployment.service_monitor.labels": (LABELS[0], LABELS[1]),
    "deployment.fluent_bit.outputs": (
        [[], [{"name": "es", "host": "es.example.org", "port": 9243, "http_passwd": "${A}"}]],
        [[{"name": "es", "port": each}] for each in (0, 65536, "http")]
        + [[{"name": "es", "http_passwd": "x"}], [{"name": "es", "apiKey": 7}], [{"port": 1}]],
    ),
    "deployment.fluent_bit.memory": MEMORIES,
    "deployment.retrain.schedule": SCHEDULES,
    "deployment.retrain.cpu": CPUS,
    "deployment.retrain.memory": MEMORIES,
    "deployment.retrain.allow_to": ([[], [443]], [[0]]),
    "deployment.retrain.max_hours": ([1, 8760], [0, 8761]),
    "deployment.retrain.workers": ([0, 999], [-1, 1000, "two"]),
    "deployment.score.workers": ([1, 999], [0, 1000, "two"]),
    "deployment.score.cpu": CPUS,
    "deployment.score.memory": MEMORIES,
    "deployment.score.allow_to": ([[], [443]], [[0]]),
    "deployment.score.max_hours": ([1, 8760], [0, 8761]),
    "jenkins.environments": (
        [{"staging": {"namespace": each, "kubeconfig": "id"}} for each in NAMESPACES[0]],
        [{"staging": {"namespace": each, "kubeconfig": "id"}} for each in NAMESPACES[1]],
    ),
}
"""For each path values that are taken, and those that are refused."""

DOWNWARDS = ("30-10 * * * *", "* * * * SAT-MON", "* * 20-1 * *")
"""Schedules that no regular expression can refuse."""
