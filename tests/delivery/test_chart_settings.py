"""Settings that reach the pods: those that a part reads, and no others."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml
from model_runtime.delivery.chart import defaults
from model_runtime.settings import Settings

from tests.support.files import SKELETON

from .charts import FETCHED, Manifest, documents, named, one, template

SERVED = {
    "model": {"name", "title", "description"},
    "training": {"trusted_types"},
    "paths": {"bundle", "client"},
}
"""The settings that the service reads of sections that it doesn't read as a whole."""

WHOLE = {"serving", "log"}
OTHERS: dict[str, Any] = {
    "model.tags": {"team": "risk"},
    "training.parameters": {"depth": 3},
    "training.engine": "sklearn",
    "training.trusted_types": ["shop.Tree"],
    "automl.metric": "f1_macro",
    "automl.time_budget_s": 7,
    "automl.max_trials": 7,
    "automl.estimators": ["rf"],
    "serving.model": "baked",
    "serving.host": "::",
    "serving.root_path": "/risk",
    "serving.telemetry": "otlp",
    "serving.api_keys.lines": "alice 2030-01-01 0",
    "serving.api_keys.guard": ["info"],
    "serving.api_keys.file": "",
    "serving.cors_origins": ["https://example.org"],
    "log.level": "debug",
    "log.predictions": "none",
    "log.time_zone": "Europe/Zurich",
    "log.features": {"name": "hashed"},
    "registry.uri": "https://mlflow.example.org",
    "registry.metric": "f1_macro",
    "image.tool": "buildah",
    "image.system_packages": ["libgomp1"],
    "jenkins.url": "https://jenkins.example.org/job/shop",
    "jenkins.environments": {"staging": {"namespace": "x", "kubeconfig": "id"}},
}
"""Other values than the defaults, where these are no numbers and no plain texts."""

SAME = {"serving.model", "serving.api_keys.file"}
"""With another value, these need a registry and a Secret."""


def leaves(section: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in section.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{before}{key}.")
        else:
            yield before + key, value


def at(path: str, section: dict[str, Any]) -> Any:
    found: Any = section
    for key in path.split("."):
        found = found[key]
    return found


def other(path: str, value: Any) -> Any:
    """Return another value of a setting."""
    if path in OTHERS:
        return OTHERS[path]
    if isinstance(value, bool):
        return not value
    step = {int: 1, float: 0.1}.get(type(value))
    return value + step if step else f"{value}other"


def laid(values: dict[str, Any]) -> dict[str, Any]:
    """Return values by paths as config.yaml has them."""
    root: dict[str, Any] = {}
    for path, value in values.items():
        *sections, key = path.split(".")
        section = root
        for each in sections:
            section = section.setdefault(each, {})
        section[key] = value
    return root


def is_read(path: str) -> bool:
    section, key, *_ = path.split(".")
    return section in WHOLE or key in SERVED.get(section, ())


def pod(manifests: list[Manifest]) -> Any:
    return one(manifests, "Deployment")["spec"]["template"]


def settings(manifests: list[Manifest], name: str = "titanic") -> dict[str, Any]:
    """Return the settings in a ConfigMap."""
    found: dict[str, Any] = yaml.safe_load(
        named(manifests, "ConfigMap")[name]["data"]["config.yaml"]
    )
    return found


def all_settings() -> dict[str, Any]:
    nullable = {"automl": {"time_budget_s": 60, "max_trials": None}}
    return dict(leaves(defaults())) | dict(leaves(nullable))


def test_what_the_service_does_not_read_starts_no_pod_anew(
    render: Callable[..., list[Manifest]],
) -> None:
    tag = {"image.tag", "image.repository", "image.digest"}
    values = {
        path: other(path, value)
        for path, value in all_settings().items()
        if not path.startswith("deployment.") and not is_read(path) and path not in tag
    }
    sections = {path.split(".")[0] for path in values}
    assert sections == set(Settings.model_fields) - WHOLE - {"deployment"}
    assert pod(render(laid(values))) == pod(render({}))


def test_what_the_service_reads_starts_its_pods_anew(
    render: Callable[..., list[Manifest]],
) -> None:
    values = {path: other(path, v) for path, v in all_settings().items() if is_read(path)}
    before, after = render({}), render(laid(values))
    assert pod(before) != pod(after)
    was, there = settings(before), settings(after)
    assert {path for path in values if at(path, was) == at(path, there)} == SAME
    one_more = pod(render({"model": {"description": "another"}}))["metadata"]["annotations"]
    assert one_more != pod(before)["metadata"]["annotations"]


def test_the_service_reads_what_its_configmap_has() -> None:
    sections = "|".join(Settings.model_fields)
    package = SKELETON / "runtime/src/model_runtime/serving"
    read: dict[str, set[str]] = {}
    for file in package.rglob("*.py"):
        text = file.read_text("utf-8")
        for section, key in re.findall(rf"settings\.({sections})\b(?:\.(\w+))?", text):
            read.setdefault(section, set()).update({key} - {""})
        if "= settings.model," in text:
            read["model"] |= set(re.findall(r"\bmodel\.(\w+)", text)) - {"settings"}
    read["model"] = {"title" if key == "titled" else key for key in read["model"]} | {"name"}
    assert set(read) == WHOLE | set(SERVED)
    assert {section: read[section] for section in SERVED} == SERVED


def test_a_config_with_parts_left_out_is_filled_up_as_the_service_does(
    titanic: Path, tmp_path: Path
) -> None:
    copied = shutil.copytree(titanic, tmp_path / "copy")
    (copied / "config.yaml").write_text("model: {name: titanic}\n")
    values = FETCHED | {
        "automl": {"time_budget_s": None},
        "deployment": {"retrain": {"schedule": "@daily"}},
    }
    config = settings(documents(template(copied, tmp_path, values)), "titanic-retrain")
    assert config["serving"]["max_body_bytes"] == 1048576
    assert config["automl"]["time_budget_s"] is None


def test_retraining_gets_config_yaml_as_it_is(
    titanic: Path, render: Callable[..., list[Manifest]]
) -> None:
    retrained = {"deployment": {"retrain": {"schedule": "@daily"}, "allow_to": [5000]}}
    retrained["deployment"]["secrets"] = {"registry": "mlflow"}
    manifests = render(retrained)
    wanted = yaml.safe_load((titanic / "config.yaml").read_text("utf-8"))
    apart = {"image", "deployment", "jenkins"}
    assert settings(manifests, "titanic-retrain") == {
        key: value for key, value in wanted.items() if key not in apart
    }
    job = one(manifests, "CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert job["volumes"][0]["configMap"] == {"name": "titanic-retrain"}
    assert pod(manifests) == pod(render({}))


def test_what_fetches_the_model_reads_where_it_is(
    render: Callable[..., list[Manifest]],
) -> None:
    assert set(settings(render(FETCHED))["registry"]) == {"uri", "metric"}
    changed = FETCHED | {"registry": {"uri": "https://other.example.org"}}
    assert pod(render(changed)) != pod(render(FETCHED))
    looser = FETCHED | {"registry": FETCHED["registry"] | {"tolerance": 0.5}}
    assert pod(render(looser)) == pod(render(FETCHED))
