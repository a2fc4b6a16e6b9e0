"""The chart as a dependency of another one: its names stay apart, its values are its own."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from .charts import VALUES, Manifest, documents, one, pods
from .helm import helm

LONGEST = "r" * 53
MOST = {"CronJob": 52, "ConfigMap": 253}
"""Characters of a name, where it isn't a label's 63."""

NAMES = {"titanic": "team-titanic", "challenger": "team-challenger"}
"""The chart's names in its parent, each with that of its objects in the release `team`."""

DEPENDENCY = {"name": "titanic", "version": "0.1.0", "condition": "titanic.enabled"}
PARENT = {
    "apiVersion": "v2",
    "name": "shop",
    "version": "1.0.0",
    "dependencies": [
        DEPENDENCY,
        {**DEPENDENCY, "alias": "challenger", "condition": "challenger.enabled"},
    ],
}
VALUE = {
    **VALUES["all"],
    "image": {"tag": "7"},
    "deployment": VALUES["all"]["deployment"] | {"service_account": ""},
}


@pytest.fixture(scope="module")
def parent(titanic: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chart that has it twice, with templates whose names it has, too."""
    folder = tmp_path_factory.mktemp("parent") / "shop"
    shutil.copytree(titanic / "deploy/helm/titanic", folder / "charts/titanic")
    (folder / "Chart.yaml").write_text(yaml.safe_dump(PARENT), "utf-8")
    (folder / "templates").mkdir()
    text = '{{ define "labels" }}of: parent{{ end }}{{ define "fullname" }}parent{{ end }}'
    (folder / "templates/_own.tpl").write_text(text, "utf-8")
    return folder


@pytest.fixture
def composed(parent: Path, tmp_path: Path) -> Callable[..., list[Manifest]]:
    """Return what the parent is rendered to, with the same values for both, and its own."""

    def rendered(values: dict[str, Any], release: str = "team", **own: Any) -> list[Manifest]:
        file = tmp_path / "parent.yaml"
        file.write_text(yaml.safe_dump({**dict.fromkeys(NAMES, values), **own}), "utf-8")
        done = helm("template", release, parent, "--namespace", "models", "-f", file, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return documents(done.stdout)

    return rendered


def of(name: str, manifests: list[Manifest]) -> list[Manifest]:
    """Return the objects of the chart by one of its names."""
    key = "app.kubernetes.io/name"
    return [each for each in manifests if each["metadata"]["labels"][key] == name]


def test_a_few_values_are_enough(composed: Callable[..., list[Manifest]]) -> None:
    manifests = composed({"image": {"tag": "7"}}, **{"global": {"region": "eu"}})
    for name, full in NAMES.items():
        (config,) = [each for each in of(name, manifests) if each["kind"] == "ConfigMap"]
        settings = yaml.safe_load(config["data"]["config.yaml"])
        assert settings["serving"]["port"] == 8000
        assert not {"global", "enabled"} & set(settings)
        assert one(of(name, manifests), "Service")["metadata"]["name"] == full


def test_it_can_be_left_out(composed: Callable[..., list[Manifest]]) -> None:
    values = {"image": {"tag": "7"}}
    manifests = composed(values, challenger={**values, "enabled": False})
    assert of("titanic", manifests) == manifests != []


@pytest.mark.parametrize(("given", "user"), [({}, 10001), ({"run_as_user": None}, None)])
def test_its_user_may_be_left_to_the_cluster_there(
    composed: Callable[..., list[Manifest]], given: dict[str, Any], user: int | None
) -> None:
    for pod in pods(composed({"image": {"tag": "7"}, "deployment": given})):
        assert pod["spec"]["securityContext"].get("runAsUser") == user


@pytest.mark.parametrize("release", ["team", LONGEST])
def test_no_name_is_there_twice(composed: Callable[..., list[Manifest]], release: str) -> None:
    deployment = VALUE["deployment"] | VALUES["versions"]["deployment"]
    manifests = composed({**VALUE, "deployment": deployment}, release)
    assert [len(of(name, manifests)) for name in NAMES] == [len(manifests) / 2] * 2
    names = [(each["kind"], each["metadata"]["name"]) for each in manifests]
    assert len(set(names)) == len(names)
    for kind, name in names:
        assert len(name) <= MOST.get(kind, 63)
        assert name == name.strip("-")


@pytest.mark.parametrize("name", NAMES)
def test_its_parts_know_each_other_there(
    composed: Callable[..., list[Manifest]], name: str
) -> None:
    manifests = of(name, composed(VALUE))
    deployment, service = one(manifests, "Deployment"), one(manifests, "Service")
    pod = deployment["spec"]["template"]
    selector = deployment["spec"]["selector"]["matchLabels"]
    assert selector == service["spec"]["selector"]
    assert selector["app.kubernetes.io/name"] == name
    assert selector.items() <= pod["metadata"]["labels"].items()
    account = one(manifests, "ServiceAccount")["metadata"]["name"]
    assert pod["spec"]["serviceAccountName"] == account == NAMES[name]
    maps = {each["metadata"]["name"] for each in manifests if each["kind"] == "ConfigMap"}
    asked = {v["configMap"]["name"] for v in pod["spec"]["volumes"] if "configMap" in v}
    assert asked <= maps
    hook = one(manifests, "Pod")["spec"]["containers"][0]
    assert hook["args"][0] == f"http://{service['metadata']['name']}"


@pytest.mark.parametrize("name", NAMES)
def test_alerts_and_dashboard_ask_for_it_there(
    composed: Callable[..., list[Manifest]], name: str
) -> None:
    manifests = of(name, composed(VALUE))
    dashboards = [each for each in manifests if each["metadata"]["labels"].get("grafana_dashboard")]
    ((_, content),) = dashboards[0]["data"].items()
    text = json.dumps(one(manifests, "PrometheusRule")["spec"]) + content
    asked = f'namespace="models", job="{NAMES[name]}"'
    assert json.dumps(asked)[1:-1] in text
    assert f"models/{NAMES[name]}" in text
    assert 'job=\\"titanic\\"' not in text
    assert "default/titanic" not in text
