"""A managed online endpoint: blue beside green, and a real service of the bundle behind it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from model_azure.cloud import workspace
from model_azure.endpoint.online import OnlineEndpoints
from model_azure.endpoint.parts import check_image, deployment
from model_azure.endpoint.question import Question
from model_azure.endpoint.release import Rollout
from model_azure.settings import Azure, Endpoint, read_azure
from model_runtime.bundle.read import Bundle, read_bundle
from model_runtime.delivery.wanted_image import WantedImage
from model_runtime.errors import Interrupted, ProjectError
from model_runtime.progress import Progress
from model_runtime.project import project as own_project
from model_runtime.settings import Settings, read_settings
from model_runtime.terminal import stoppable
from rich.console import Console

from tests.azure.stand_in import StandIn
from tests.azure.stand_in.messages import Answer, Refused
from tests.azure.stand_in.online import Online
from tests.support.files import AZURE
from tests.support.projects import Trained
from tests.support.services import PATIENCE, free_port, serving

REPOSITORY = "abc.azurecr.io/iris-classifier"
GOOD, NEXT = f"{REPOSITORY}@sha256:{'1' * 64}", f"{REPOSITORY}@sha256:{'2' * 64}"
BAD, GONE = f"{REPOSITORY}:bad", f"{REPOSITORY}:gone"
QUICK = Endpoint(mirror_percent=10, mirror_seconds=1)


@pytest.fixture(scope="module")
def service(trained: Trained) -> Iterator[str]:
    """The address of a service of the bundle, a process of its own."""
    project, port = trained("classification"), free_port()
    command = [project / ".venv" / "bin" / "python", "-m", "model_runtime.serving"]
    own = {"PYTHONPATH": str(project / "src"), "IRIS_CLASSIFIER_SERVING__PORT": str(port)}
    with serving(*command, cwd=project, port=port, **own) as url:
        yield url


@pytest.fixture
def online(azure: StandIn, project: Path, trained: Trained, service: str) -> Iterator[Online]:
    online = Online(azure.machine_learning, images={GOOD: service, NEXT: service})
    online.register(azure.router)
    online.wrong[BAD] = Answer(body={"result": ["another"]})
    shutil.copytree(trained("classification") / "model_bin", project / "model_bin")
    own_project.cache_clear()
    yield online
    own_project.cache_clear()
    # What nobody waits for looks names up, which may not be while the environment changes.
    for thread in threading.enumerate():
        if thread.name.startswith("LROPoller"):
            thread.join(PATIENCE)


def image(reference: str) -> WantedImage:
    digest = reference.partition("@")[2]
    return WantedImage(REPOSITORY, reference.rpartition(":")[2], digest, "c" * 40, "a test")


def parts() -> tuple[Azure, Settings, Bundle]:
    settings = read_settings()
    azure = read_azure().model_copy(update={"endpoint": QUICK})
    return azure, settings, read_bundle(settings.paths.bundle)


def roll_out(reference: str) -> str:
    """Bring an image to the endpoint, and return what is printed."""
    azure, settings, bundle = parts()
    console = Console(width=200)
    there = OnlineEndpoints(workspace(azure), azure.name)
    rollout = Rollout(azure, there, Question.of(bundle, settings), Progress(console))
    with console.capture() as shown:
        rollout.run(
            lambda name: deployment(azure, name, image(reference), settings, bundle.metadata)
        )
    return shown.get()


def deployments(azure: StandIn) -> dict[str, Any]:
    """Return the deployments that there are, by name."""
    return {
        each["name"]: each
        for place, each in azure.arm.resources.items()
        if "/onlineendpoints/" in place and "/deployments/" in place
    }


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


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (BAD, r'answers the self-test with \{"result": \["another"\]\}, where .* is right'),
        (GONE, r"ImagePullError.*can't be pulled"),
    ],
)
def test_one_that_fails_is_taken_back(
    azure: StandIn, online: Online, reference: str, said: str
) -> None:
    online.logs["blue"] = "the log's last line"
    with pytest.raises(ProjectError, match=said) as first:
        roll_out(reference)
    assert "is being removed again" in str(first.value)
    assert deployments(azure) == {}
    azure.arm.operations.failures.clear()
    roll_out(GOOD)
    online.logs["green"] = "the log's last line"
    with pytest.raises(ProjectError, match=said) as second:
        roll_out(reference)
    assert "It is taken back: 'blue' answers as before." in str(second.value)
    assert ("the log's last line" in str(second.value)) == (reference == GONE)
    assert [*deployments(azure)] == ["blue"]
    assert online.shares[-1] == ({"blue": 100}, {})


def test_mirrored_requests_that_fail_take_it_back(azure: StandIn, online: Online) -> None:
    roll_out(GOOD)
    online.logs["green"] = '{"event":"request","path":"/score","status":500}\n'
    with pytest.raises(ProjectError, match="answered 1 mirrored requests with 5xx"):
        roll_out(NEXT)
    assert [*deployments(azure)] == ["blue"]
    assert online.shares[-1] == ({"blue": 100}, {})


def _refuse(azure: StandIn) -> None:
    azure.faults.add("DELETE", "/deployments/blue", Refused(409, "Conflict", "It is busy."))


def _interrupt(azure: StandIn) -> None:
    stop = partial(os.kill, os.getpid(), signal.SIGTERM)
    azure.faults.call("DELETE", "/deployments/blue", stop)


@pytest.mark.parametrize(
    ("trouble", "raised", "left"),
    [(_refuse, ProjectError, ["blue", "green"]), (_interrupt, Interrupted, ["green"])],
)
def test_trouble_with_the_old_ones_removal_is_none_of_the_new_ones(
    azure: StandIn,
    online: Online,
    capsys: pytest.CaptureFixture[str],
    trouble: Callable[[StandIn], None],
    raised: type[BaseException],
    left: list[str],
) -> None:
    roll_out(GOOD)
    trouble(azure)
    with pytest.raises(raised) as failure, stoppable():
        roll_out(NEXT)
    told = "'green' answers all requests. 'blue' may be left"
    assert told in f"{failure.value}{capsys.readouterr().out}"
    assert online.shares[-1] == ({"green": 100}, {})
    assert sorted(deployments(azure)) == left
    roll_out(GOOD)
    assert [*deployments(azure)] == ["blue"]


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


def test_ctrl_c_takes_it_back(azure: StandIn, online: Online, project: Path) -> None:
    roll_out(GOOD)
    metadata = parts()[2].metadata
    note = {
        "reference": f"{REPOSITORY}:1",
        "digest": NEXT.partition("@")[2],
        "version": metadata.version,
        "bundle": metadata.digest,
    }
    (project / "build").mkdir(exist_ok=True)
    (project / "build" / "image.json").write_text(json.dumps(note), "utf-8")
    file = project / "deploy" / "azure" / "azure.yaml"
    file.write_text(re.sub("mirror_seconds: .*", "mirror_seconds: 600", file.read_text()), "utf-8")
    mirrored = len(online.shares) + 1
    with subprocess.Popen(
        [sys.executable, "-m", "model_azure", "endpoint"],
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join([str(AZURE), str(project / "src")]),
            "IRIS_CLASSIFIER_IMAGE__REPOSITORY": REPOSITORY,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as command:
        assert command.stdout is not None
        said = [next(command.stdout)]
        for line in command.stdout:
            said.append(line)
            if line.startswith("test "):
                break
        assert online.wait_for(mirrored), "".join(said)
        command.send_signal(signal.SIGINT)
        rest, _ = command.communicate(timeout=120)
    told = "".join(said) + rest
    assert f"Image {NEXT} (1): as `make push` noted." in told
    assert command.returncode == 128 + signal.SIGINT, told
    assert "Interrupted." in told
    assert "It is taken back: 'blue' answers as before." in told
    assert [*deployments(azure)] == ["blue"]
    assert online.shares[-1] == ({"blue": 100}, {})
