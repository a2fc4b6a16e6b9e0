"""Texts and addresses that MLflow's pages show."""

from pathlib import Path

import pytest

from model_runtime.registry.client import ModelRegistry
from model_runtime.registry.record import Recording
from model_runtime.registry.shown_pages import NOTE, description, run_page, version_page
from model_runtime.settings import Registry

from ..support.versions import settings_for


def test_the_page_of_a_version_shows_its_card(two_versions: Path) -> None:
    registry = ModelRegistry(settings_for(two_versions))
    version = registry.versions()[0]
    found = registry.client.get_model_version(registry.name, str(version.number))
    run = registry.client.get_run(version.run_id)
    card = (two_versions / "reports" / "model-card.md").read_text("utf-8")
    assert found.description == run.data.tags[NOTE] == description(card)
    assert "## How good it is" in found.description
    assert "![" not in found.description
    assert "## Confusion matrix" not in found.description
    assert run.info.run_name.endswith(", version 2")
    experiment = registry.client.get_experiment(run.info.experiment_id)
    assert experiment.tags["mlflow.experimentKind"] == "custom_model_development"
    model = settings_for(two_versions).model
    assert registry.registered().description == (model.description or model.titled)


def test_of_a_long_card_whole_chapters_are_shown() -> None:
    card = "# A\n\n" + "".join(f"## {k}\n\n{'text ' * 300}\n\n" for k in range(9))
    shown = description(card)
    assert len(shown) <= 5_000
    assert shown.count("## ") == 3
    assert shown.endswith("among the run's artifacts.")
    assert description("# A\n\n" + "x" * 9_000)


@pytest.mark.parametrize(
    ("uri", "page"),
    [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000/#/models/a%20model/versions/3"),
        ("https://me:pass@host/mlflow/?x=1", "https://host/mlflow/#/models/a%20model/versions/3"),
        ("sqlite:////tmp/mlflow.db", ""),
        ("azureml://region/mlflow/v1.0/subscriptions/x", ""),
    ],
)
def test_only_a_server_has_pages(uri: str, page: str) -> None:
    choice = "?workflowType=machine_learning" if page else ""
    assert version_page(uri, "a model", 3) == page + choice


def test_a_registry_in_files_has_no_page_until_make_ui(two_versions: Path) -> None:
    settings = settings_for(two_versions)
    assert Recording(ModelRegistry(settings), settings).pages() == []
    assert run_page("http://host", "1", "ab").startswith("http://host/#/experiments/1/runs/ab?")
    other = settings.model_copy(update={"registry": Registry(uri="sqlite:////tmp/x.db")})
    assert Recording(ModelRegistry(other), other).pages() == []
