"""A change of a managed online endpoint that fails is taken back; what was there answers on."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from model_runtime.errors import Interrupted, ProjectError
from model_runtime.terminal import stoppable

from tests.azure.rollouts import BAD, GONE, GOOD, NEXT, REPOSITORY, deployments, parts, roll_out
from tests.azure.stand_in import StandIn
from tests.azure.stand_in.messages import Refused
from tests.azure.stand_in.online import Online
from tests.support.files import AZURE


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
