"""The chart by Helm itself, and what it renders by Kubernetes' schemas and security rules."""

import copy
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.examples import bake, make_example, names

from . import cluster, manifest_schemas
from .cluster import Cluster
from .helm_binary import helm
from .pod_security import containers, violations

Manifest = dict[str, Any]

TAG = "image.tag=7"
VALIDATE = ("run", "--quiet", "--no-project", "--with", "kubernetes-validate==1.37.0", "python")
FETCHED = {
    "serving": {"model": "@champion"},
    "registry": {"uri": "https://mlflow.example.org"},
    "deployment": {"ci_image": "registry.example.org/ci:1"},
}
INGRESS = {"host": "model.example.org", "annotations": {"example.org/size": "10"}}
VALUES: dict[str, dict[str, Any]] = {
    "defaults": {},
    "http": {"deployment": {"ingress": INGRESS | {"class_name": "public"}}},
    "cert-manager": {"deployment": {"ingress": INGRESS | {"issuer": "letsencrypt"}}},
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
        "deployment": {"secrets": {"admin_token": "tokens", "registry": "mlflow", "pull": "pull"}}
    },
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
LONGEST = "a" * 53


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_example("titanic", tmp_path_factory.mktemp("chart"))


@pytest.fixture
def render(project: Path, tmp_path: Path) -> Callable[..., list[Manifest]]:
    def rendered(values: dict[str, Any], release: str = "titanic") -> list[Manifest]:
        return documents(template(project, tmp_path, values, release))

    return rendered


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Cluster]:
    with cluster.running(tmp_path) as found:
        yield found


def with_values(folder: Path, values: dict[str, Any]) -> list[object]:
    """Return Helm's options for config.yaml and what differs from it."""
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(values), "utf-8")
    return ["--values", "config.yaml", "--values", file]


def template(project: Path, folder: Path, values: dict[str, Any], release: str = "titanic") -> str:
    chart = next(project.glob("helm/*"))
    options = ["--namespace", "models", "--set-string", TAG, *with_values(folder, values)]
    done = helm("template", release, chart, *options, cwd=project)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    return done.stdout


def documents(text: str) -> list[Manifest]:
    return [each for each in yaml.safe_load_all(text) if each]


def one(manifests: list[Manifest], kind: str) -> Manifest:
    (found,) = [each for each in manifests if each["kind"] == kind]
    return found


def pods(manifests: list[Manifest]) -> list[Manifest]:
    """Return what each workload makes pods of: metadata and spec."""
    found = [each for each in manifests if each["kind"] == "Pod"]
    found += [each["spec"]["template"] for each in manifests if each["kind"] == "Deployment"]
    jobs = [each["spec"]["jobTemplate"] for each in manifests if each["kind"] == "CronJob"]
    return found + [job["spec"]["template"] for job in jobs]


def findings(manifests: str) -> list[str]:
    """Return what Kubernetes' schemas say."""
    script = Path(manifest_schemas.__file__)
    uv = Path(sys.executable).parent / "uv"
    command = [uv if uv.is_file() else "uv", *VALIDATE, script]
    done = subprocess.run(
        [*map(str, command)], input=manifests, capture_output=True, text=True, cwd=script.parent
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert sum(line.startswith("checked ") for line in lines) == manifest_schemas.VERSIONS
    return [line for line in lines if not line.startswith("checked ")]


@pytest.mark.parametrize("example", [*names(), "longest"])
def test_lint_and_install_have_nothing_to_say(example: str, tmp_path: Path, there: Cluster) -> None:
    longest = {"project_name": "Longest", "project_slug": LONGEST, "package_name": "b" * 30}
    project = bake(longest, tmp_path) if example == "longest" else make_example(example, tmp_path)
    values = with_values(tmp_path, {})
    chart = next(project.glob("helm/*"))
    linted = helm("lint", "--strict", chart, "--set-string", TAG, *values, cwd=project)
    assert linted.returncode == 0, linted.stdout
    said = [line for line in (linted.stdout + linted.stderr).splitlines() if line.startswith("[")]
    assert said == ["[INFO] Chart.yaml: icon is recommended"]
    name = project.name
    options = ["--set-string", TAG, *values]
    installed = helm("install", name, chart, *options, cwd=project, kubeconfig=there.kubeconfig)
    assert installed.returncode == 0, installed.stderr
    assert not installed.stderr, installed.stderr
    assert f"{name}, version 7, as release {name} in default." in installed.stdout


@pytest.mark.parametrize("name", VALUES)
def test_what_is_rendered_keeps_to_kubernetes_schemas_and_security(
    project: Path, tmp_path: Path, name: str
) -> None:
    release = LONGEST if name == "long" else "titanic"
    text = template(project, tmp_path, VALUES[name], release)
    assert not findings(text)
    for manifest in documents(text):
        assert len(manifest["metadata"]["name"]) <= (52 if manifest["kind"] == "CronJob" else 63)
    for pod in pods(documents(text)):
        spec = pod["spec"]
        assert not violations(spec), pod["metadata"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["securityContext"]["runAsUser"] == 10001
        for container in containers(spec):
            assert container["resources"]["limits"]["memory"]
            mounted = {each["name"] for each in container.get("volumeMounts", [])}
            assert mounted <= {each["name"] for each in spec.get("volumes", [])}


def test_the_schemas_would_have_found_something(project: Path, tmp_path: Path) -> None:
    text = template(project, tmp_path, {}).replace("maxUnavailable: 0", "maxUnavailble: 0")
    found = findings(text)
    assert len(found) == manifest_schemas.VERSIONS
    assert all("maxUnavailble" in line for line in found)


BROKEN: dict[str, Callable[[Manifest], object]] = {
    "may run as root": lambda pod: pod["securityContext"].pop("runAsNonRoot"),
    "runs as user 0": lambda pod: pod["securityContext"].update(runAsUser=0),
    "no seccomp profile": lambda pod: pod["securityContext"].pop("seccompProfile"),
    "capabilities are not dropped": lambda pod: own(pod).pop("capabilities"),
    "capabilities are added": lambda pod: own(pod)["capabilities"].update(add=["SYS_ADMIN"]),
    "privileges may grow": lambda pod: own(pod).pop("allowPrivilegeEscalation"),
    "is privileged": lambda pod: own(pod).update(privileged=True),
    "hostNetwork is set": lambda pod: pod.update(hostNetwork=True),
    "is a hostPath": lambda pod: pod["volumes"].append({"name": "x", "hostPath": {"path": "/"}}),
    "a port of the host": lambda pod: pod["containers"][0]["ports"][0].update(hostPort=80),
    "asks another host": lambda pod: pod["containers"][0]["livenessProbe"]["httpGet"].update(
        host="169.254.169.254"
    ),
}


def own(pod: Manifest) -> Manifest:
    context: Manifest = pod["containers"][0]["securityContext"]
    return context


@pytest.mark.parametrize("finding", BROKEN)
def test_the_security_rules_would_have_found_something(
    render: Callable[..., list[Manifest]], finding: str
) -> None:
    pod = copy.deepcopy(one(render({}), "Deployment")["spec"]["template"]["spec"])
    BROKEN[finding](pod)
    assert any(finding in line for line in violations(pod))


WRONG: dict[str, dict[str, Any]] = {
    "at '/serving': additional properties 'prot' not allowed": {"serving": {"prot": 1}},
    "at '/serving/port': got string, want integer": {"serving": {"port": "http"}},
    "at '/serving': missing property 'port'": {"serving": {"port": None}},
    "at '/serving/model': 'newest' does not match pattern": {"serving": {"model": "newest"}},
    "at '/serving': additional properties 'admin_token' not allowed": {
        "serving": {"admin_token": "a-secret-of-16-characters"}
    },
    "at '/training/folds': maximum": {"training": {"folds": 99}},
    "at '/deployment/ingress': additional properties 'hots'": {
        "deployment": {"ingress": {"hots": "model.example.org"}}
    },
    "at '/deployment/memory': '1 GB' does not match": {"deployment": {"memory": "1 GB"}},
    "at '': additional properties 'deploymant' not allowed": {"deploymant": {}},
    "at '/deployment/ingress': got string, want object": {"deployment": {"ingress": "x"}},
}


@pytest.mark.parametrize("said", WRONG)
def test_a_wrong_key_or_value_is_refused_with_its_path(
    project: Path, tmp_path: Path, there: Cluster, said: str
) -> None:
    values = with_values(tmp_path, WRONG[said])
    chart = next(project.glob("helm/*"))
    for command in (["lint"], ["template", "titanic"], ["install", "titanic"]):
        options = ["--set-string", TAG, *values]
        done = helm(*command, chart, *options, cwd=project, kubeconfig=there.kubeconfig)
        assert done.returncode != 0, command
        assert said in done.stdout + done.stderr, done.stdout + done.stderr
    assert not there.asked


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("registry.uri is empty", {"serving": {"model": "latest"}}),
        ("registry.uri is empty", {"deployment": {"retrain": {"schedule": "@daily"}}}),
    ],
)
def test_what_can_not_work_is_refused(
    project: Path, tmp_path: Path, said: str, values: dict[str, Any]
) -> None:
    chart = next(project.glob("helm/*"))
    options = ["--set-string", TAG, *with_values(tmp_path, values)]
    done = helm("template", "titanic", chart, *options, cwd=project)
    assert done.returncode != 0
    assert said in done.stderr


def test_an_image_without_a_tag_is_refused(project: Path) -> None:
    done = helm("template", "t", next(project.glob("helm/*")), "-f", "config.yaml", cwd=project)
    assert done.returncode != 0
    assert "`make deploy` takes it from the bundle" in done.stderr


def test_a_config_with_parts_left_out_is_filled_up_as_the_service_does(
    project: Path, tmp_path: Path
) -> None:
    copied = shutil.copytree(project, tmp_path / "copy")
    (copied / "config.yaml").write_text("model: {name: titanic}\n")
    manifests = documents(template(copied, tmp_path, {"automl": {"time_budget_s": None}}))
    config = yaml.safe_load(one(manifests, "ConfigMap")["data"]["config.yaml"])
    assert config["serving"]["max_body_bytes"] == 1048576
    assert config["automl"]["time_budget_s"] is None


def test_the_service_gets_config_yaml_as_it_is(
    project: Path, render: Callable[..., list[Manifest]]
) -> None:
    rendered = one(render({}), "ConfigMap")["data"]["config.yaml"]
    wanted = yaml.safe_load((project / "config.yaml").read_text("utf-8"))
    apart = {"image", "deployment", "jenkins"}
    assert yaml.safe_load(rendered) == {k: v for k, v in wanted.items() if k not in apart}


def test_the_parts_know_each_other(render: Callable[..., list[Manifest]]) -> None:
    manifests = render(VALUES["all"])
    deployment, service = one(manifests, "Deployment"), one(manifests, "Service")
    pod = deployment["spec"]["template"]
    selectors = {
        "deployment": deployment["spec"]["selector"]["matchLabels"],
        "service": service["spec"]["selector"],
        "budget": one(manifests, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        "policy": one(manifests, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
    }
    others = [each for each in pods(manifests) if each != pod]
    assert len(others) == 2
    for name, labels in selectors.items():
        assert labels.items() <= pod["metadata"]["labels"].items(), name
        for other in others:
            assert not labels.items() <= other["metadata"]["labels"].items(), name
    monitor = one(manifests, "ServiceMonitor")
    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    labels = monitor["spec"]["selector"]["matchLabels"].items()
    assert labels <= service["metadata"]["labels"].items()
    (port,) = service["spec"]["ports"]
    container = pod["spec"]["containers"][0]
    assert port["targetPort"] == container["ports"][0]["name"]
    assert monitor["spec"]["endpoints"][0]["port"] == port["name"]
    backend = one(manifests, "Ingress")["spec"]["rules"][0]["http"]["paths"][0]["backend"]
    assert backend["service"] == {"name": service["metadata"]["name"], "port": {"name": "http"}}
    scaled = one(manifests, "HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]
    assert (scaled["kind"], scaled["name"]) == ("Deployment", deployment["metadata"]["name"])
    assert "replicas" not in deployment["spec"]
    (config,) = [each for each in pod["spec"]["volumes"] if "configMap" in each]
    assert config["configMap"]["name"] == one(manifests, "ConfigMap")["metadata"]["name"]


def environment(container: Manifest) -> dict[str, Any]:
    return {each["name"]: each.get("value", each.get("valueFrom")) for each in container["env"]}


def test_secrets_go_only_to_those_who_need_them(render: Callable[..., list[Manifest]]) -> None:
    manifests = render(VALUES["all"])
    assert "Secret" not in {each["kind"] for each in manifests}
    pod = one(manifests, "Deployment")["spec"]["template"]["spec"]
    (fetcher,), (service,) = pod["initContainers"], pod["containers"]
    token = {"secretKeyRef": {"name": "tokens", "key": "admin-token"}}
    assert environment(service)["TITANIC_SERVING__ADMIN_TOKEN"] == token
    assert "TITANIC_SERVING__ADMIN_TOKEN" not in environment(fetcher)
    assert "envFrom" not in service
    assert fetcher["envFrom"] == [{"secretRef": {"name": "mlflow"}}]
    assert pod["imagePullSecrets"] == [{"name": "pull"}]


def test_a_fetched_model_is_put_where_the_service_looks_for_it(
    render: Callable[..., list[Manifest]],
) -> None:
    pod = one(render(FETCHED), "Deployment")["spec"]["template"]["spec"]
    (fetcher,), (service,) = pod["initContainers"], pod["containers"]
    assert fetcher["image"] == "registry.example.org/ci:1"
    assert fetcher["command"] == ["python", "-m", "titanic.registry", "@champion"]
    place = environment(fetcher)["TITANIC_PATHS__BUNDLE"]
    assert place == environment(service)["TITANIC_PATHS__BUNDLE"]
    assert environment(service)["TITANIC_SERVING__MODEL"] == "baked"
    for container in (fetcher, service):
        (mount,) = [each for each in container["volumeMounts"] if each["name"] == "models"]
        assert Path(place).parent == Path(mount["mountPath"])


def test_a_pod_ends_only_when_nobody_sends_it_requests_any_more(
    render: Callable[..., list[Manifest]],
) -> None:
    values = {"deployment": {"drain_seconds": 9}, "serving": {"shutdown_seconds": 31}}
    # First new connections go elsewhere, then those that are there, then what is under way ends.
    spec = one(render(values), "Deployment")["spec"]
    assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    pod = spec["template"]["spec"]
    assert pod["containers"][0]["lifecycle"]["preStop"] == {"sleep": {"seconds": 9}}
    assert environment(pod["containers"][0])["TITANIC_SERVING__DRAIN_SECONDS"] == "9"
    assert pod["terminationGracePeriodSeconds"] > 9 + 9 + 31


def test_the_network_is_closed_but_for_what_is_needed(
    render: Callable[..., list[Manifest]],
) -> None:
    baked = one(render({}), "NetworkPolicy")["spec"]
    assert baked["policyTypes"] == ["Ingress", "Egress"]
    assert "egress" not in baked
    assert baked["ingress"] == [{"ports": [{"port": "http"}]}]
    some = one(render(VALUES["watched"]), "NetworkPolicy")["spec"]["ingress"][0]["from"]
    assert some[1]["namespaceSelector"]["matchExpressions"][0]["values"] == [
        "ingress",
        "monitoring",
    ]
    assert one(render(FETCHED), "NetworkPolicy")["spec"]["policyTypes"] == ["Ingress"]


@pytest.mark.parametrize(
    ("name", "address", "secret"),
    [
        ("http", "http://model.example.org/docs", None),
        ("cert-manager", "https://model.example.org/docs", "titanic-tls"),
        ("own-certificate", "https://model.example.org/docs", "cert"),
        ("defaults", "http://titanic.models.svc", None),
    ],
)
def test_the_notes_name_the_address(
    project: Path, tmp_path: Path, there: Cluster, name: str, address: str, secret: str | None
) -> None:
    options = ["--namespace", "models", "--create-namespace", "--set-string", TAG]
    options += map(str, with_values(tmp_path, VALUES[name]))
    chart = next(project.glob("helm/*"))
    done = helm("install", "titanic", chart, *options, cwd=project, kubeconfig=there.kubeconfig)
    assert done.returncode == 0, done.stderr
    assert address in done.stdout
    if name == "defaults":
        assert not there.named("Ingress")
    else:
        (tls,) = there.named("Ingress")["titanic"]["spec"].get("tls", [{}])
        assert tls.get("secretName") == secret


def test_a_retraining_is_alone_and_ends(render: Callable[..., list[Manifest]]) -> None:
    job = one(render(VALUES["retrained"]), "CronJob")["spec"]
    # Where nothing else is said, by what `make image-ci` makes.
    assert (job["schedule"], job["concurrencyPolicy"]) == ("0 3 * * 1", "Forbid")
    assert job["jobTemplate"]["spec"]["activeDeadlineSeconds"] == 6 * 3600
    pod = job["jobTemplate"]["spec"]["template"]["spec"]
    (container,), (copy_data,) = pod["containers"], pod["initContainers"]
    assert [*container["command"], *container["args"]] == ["make", "retrain", "KEEP_DATA=1"]
    assert container["image"] == copy_data["image"] == "titanic-ci:latest"
    mounts = {each["mountPath"]: each["name"] for each in container["volumeMounts"]}
    assert mounts["/app/data"] == copy_data["volumeMounts"][0]["name"]
    places = {v for k, v in environment(container).items() if k.startswith("TITANIC_PATHS__")}
    assert {str(Path(place).parent) for place in places} == {"/retrain"} <= {*mounts}
