"""A managed online endpoint: blue beside green, and a real service of the bundle behind it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from model_azure.cloud import workspace
from model_azure.endpoint.online import OnlineEndpoints
from model_azure.endpoint.parts import check_image, deployment
from model_runtime.delivery.wanted_image import WantedImage
from model_runtime.errors import ProjectError
from model_runtime.settings import read_settings

from tests.azure.rollouts import BAD, GOOD, NEXT, deployments, image, parts, roll_out
from tests.azure.stand_in import StandIn
from tests.azure.stand_in.online import Online


def test_a_deployment_is_one_that_the_sdk_loads_and_understands(online: Online) -> None:
    from azure.ai.ml import load_online_deployment
    from azure.ai.ml.entities import Environment

    azure, settings, bundle = parts()
    made = deployment(azure, "blue", image(GOOD), settings, bundle.metadata)
    text = yaml.safe_dump(json.loads(json.dumps(made._to_dict())))
    Path("deployment.yaml").write_text(text, "utf-8")
    loaded = load_online_deployment("deployment.yaml")
    assert isinstance(loaded.environment, Environment)
    assert loaded.environment.image == GOOD
    assert dict(loaded.environment.inference_config) == {
        "livenessRoute": {"port": 8000, "path": "/livez"},
        "readinessRoute": {"port": 8000, "path": "/readyz"},
        "scoringRoute": {"port": 8000, "path": "/score"},
    }
    assert loaded.app_insights_enabled
    assert loaded.tags["VERSION"] == str(bundle.metadata.version)
    Path("deployment.yaml").write_text(text.replace("instance_type", "instance_typ"), "utf-8")
    with pytest.raises(Exception, match="instance_typ"):
        load_online_deployment("deployment.yaml")


def test_the_first_and_then_green_beside_blue(azure: StandIn, online: Online) -> None:
    shown = roll_out(GOOD)
    assert "'blue' answers all requests" in shown
    assert [*deployments(azure)] == ["blue"]
    azure.faults.too_many("PUT", "/onlineEndpoints/")
    azure.faults.unavailable("GET", "/onlineEndpoints/")
    shown = roll_out(NEXT)
    assert "'green' runs beside 'blue'" in shown
    assert "10 % of the requests for 1 s, none failed" in shown
    assert online.shares == [
        ({}, {}),
        ({"blue": 100}, {}),
        ({"blue": 100}, {"green": 10}),
        ({"green": 100}, {}),
    ]
    assert "green" in online.copies
    (green,) = deployments(azure).values()
    assert green["name"] == "green"
    assert green["tags"]["VERSION"] == "1"
    assert green["tags"]["image"] == NEXT
    assert online.key not in shown
    assert azure.unknown == [f"GET {azure.unknown[0].split(' ')[1]}"] * len(azure.unknown)


def test_what_an_earlier_change_left_is_put_right(azure: StandIn, online: Online) -> None:
    roll_out(GOOD)
    settings, _, bundle = parts()
    there = OnlineEndpoints(workspace(settings), settings.name)
    there.run(deployment(settings, "green", image(BAD), read_settings(), bundle.metadata))
    there.shift({"blue": 100}, {"green": 10})
    assert "'green' answers all requests" in roll_out(NEXT)
    assert [*deployments(azure)] == ["green"]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (lambda azure: azure.tokens.expire(), ""),
        (lambda azure: azure.faults.too_many("POST", "/listKeys", 99), "429 .*Azure asks to wait"),
    ],
)
def test_a_refusal_before_anything_runs_costs_nothing(
    azure: StandIn, online: Online, fault: Callable[[StandIn], None], said: str
) -> None:
    roll_out(GOOD)
    before = len(online.shares)
    fault(azure)
    if not said:
        roll_out(NEXT)
        return
    with pytest.raises(ProjectError, match=said):
        roll_out(NEXT)
    assert len(online.shares) == before
    assert [*deployments(azure)] == ["blue"]


def test_the_image_needs_a_registry() -> None:
    with pytest.raises(ProjectError, match="'iris-classifier', without a registry"):
        check_image(WantedImage("iris-classifier", "1", "", None, "a test"))
