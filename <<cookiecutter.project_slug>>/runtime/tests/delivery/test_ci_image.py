"""The image that fetches and trains is made where the settings need it."""

from pathlib import Path

import pytest

from model_runtime.delivery.ci_image import needs_of_ci_image
from model_runtime.settings import read_settings

from ..support.sample import PREFIX

FETCHED = "serving: {model: '@champion'}"
RETRAINED = "deployment: {retrain: {schedule: '@daily'}}"
PLACE = "jenkins: {environments: {production: {namespace: a, kubeconfig: b, values: other.yaml}}}"


@pytest.mark.parametrize(
    ("config", "other", "needs"),
    [
        ("", "", []),
        (FETCHED, "", ["serving.model in config.yaml"]),
        (RETRAINED, "", ["deployment.retrain.schedule in config.yaml"]),
        (f"{FETCHED}\ndeployment: {{ci_image: own/ci}}", "", []),
        (PLACE, "", []),
        (PLACE, RETRAINED, ["deployment.retrain.schedule in other.yaml"]),
        (f"{PLACE}\n{FETCHED}", "serving: {model: baked}", ["serving.model in config.yaml"]),
    ],
)
def test_it_is_needed_by_what_fetches_or_retrains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: str, other: str, needs: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"{PREFIX}CONFIG", "config.yaml")
    Path("config.yaml").write_text(config)
    Path("other.yaml").write_text(other)
    assert needs_of_ci_image(read_settings()) == needs
