"""The log of a job outlives a cluster that does not answer for a while; by a stand-in for kubectl.

`tests/delivery` of the template follows a job on a real control plane.
"""

import json
import os
from pathlib import Path

import pytest

from model_runtime.delivery import job_log, patience, pod_log
from model_runtime.delivery.job_log import follow_job
from model_runtime.delivery.kubectl import Kubectl
from model_runtime.errors import ProjectError

PROGRAM = """#!/bin/sh
kind=$(test "$3" = get && echo get || echo logs)
echo "$*" >> $kind.asked
file=$(printf "$kind.%03d" $(wc -l < $kind.asked))
test -e $file || file=$kind.last
test -e $file && cat $file && test ! -e $file.broken && exit
echo "Unable to connect to the server" >&2
exit 1
"""


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kubectl:
    """A kubectl that answers by files, such as get.002, or else get.last, if they are there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(job_log, "_LOOK_S", 0.01)
    Path("kubectl").write_text(PROGRAM)
    Path("kubectl").chmod(0o755)
    return Kubectl("models")


def seen(file: str, state: str, ended: str = "") -> None:
    """Let kubectl tell of a job and its one pod."""
    labels = {"batch.kubernetes.io/job-completion-index": "0"}
    pod = {
        "kind": "Pod",
        "metadata": {"name": "first", "creationTimestamp": "2026", "labels": labels},
        "status": {"containerStatuses": [{"name": "score", "state": {state: {}}}]},
    }
    conditions = [{"type": ended, "status": "True"}] if ended else []
    job = {"kind": "Job", "status": {"conditions": conditions}}
    Path(file).write_text(json.dumps({"items": [job, pod]}))


def said(file: str, *lines: str, broken: bool = False) -> None:
    """Let kubectl tell of a log, whose lines are stamped by their numbers."""
    stamped = (f"2026-11-28T10:00:0{line[0]}.000000000Z {line}" for line in lines)
    Path(file).write_text("\n".join(stamped) + "\n" * (not broken))
    if broken:
        Path(f"{file}.broken").touch()


def test_each_line_is_shown_once_though_log_and_looks_were_cut_off(
    kubectl: Kubectl, capfd: pytest.CaptureFixture[str]
) -> None:
    seen("get.001", "running")
    said("logs.001", "1 one", "2 two", "3 thr", broken=True)
    for number in (2, 3):
        said(f"get.00{number}", broken=True)
    seen("get.004", "running")
    said("logs.002", "2 two", "3 three")  # an end that looks good, of a container that runs
    seen("get.last", "terminated", "Complete")
    said("logs.003", "3 three", "4 fo", broken=True)
    said("logs.004", "3 three", "4 four", "5 end")
    Path("logs.004").write_bytes(Path("logs.004").read_bytes().removesuffix(b"\n"))
    follow_job(kubectl, "job", "score")
    shown, told = capfd.readouterr()
    lines = shown.splitlines()
    assert [line for line in lines if line[0].isdigit()] == [
        *("1 one", "2 two", "3 three", "4 four", "5 end")
    ]
    assert sum("The job goes on; the cluster is asked again." in line for line in lines) == 1
    assert "Unable to connect" in told
    asked = Path("logs.asked").read_text().splitlines()
    assert "--since-time" not in asked[0]
    assert asked[1].endswith("--since-time=2026-11-28T10:00:02.000000000Z")


def test_lines_of_one_time_are_shown_each_once(
    kubectl: Kubectl, capfd: pytest.CaptureFixture[str]
) -> None:
    """Some nodes stamp what a program writes at once with one time."""
    stamp = "2026-11-28T10:00:01.000000000Z"
    lines = [f"{stamp} {line}\n" for line in ("Traceback", "  File x", "ValueError: y")]
    seen("get.001", "running")
    Path("logs.001").write_text("".join(lines[:2]))
    Path("logs.001.broken").touch()
    seen("get.last", "terminated", "Complete")
    Path("logs.last").write_text("".join(lines) + "2026-11-28T09:00:02.000000000+01:00 end\n")
    follow_job(kubectl, "job", "score")
    shown = [line for line in capfd.readouterr().out.splitlines() if "asked again" not in line]
    assert shown[-4:] == ["Traceback", "  File x", "ValueError: y", "end"]
    assert shown.count("Traceback") == 1


def test_a_cluster_that_stays_silent_is_given_up(
    kubectl: Kubectl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE_S", 0.1)
    with pytest.raises(ProjectError, match="Unable to connect to the server"):
        follow_job(kubectl, "job", "score")
    assert len(Path("get.asked").read_text().splitlines()) > 2


@pytest.mark.parametrize("lines", [[], ["1 one", "1 o"]])
def test_a_log_that_can_not_be_had_keeps_no_job_from_its_end(
    kubectl: Kubectl,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    lines: list[str],
) -> None:
    """None of it, or nothing after a place at which it breaks off each time."""
    monkeypatch.setattr(patience, "PATIENCE_S", 0.1)
    seen("get.last", "terminated", "Complete")
    if lines:
        said("logs.last", *lines, broken=True)
    follow_job(kubectl, "job", "score")
    told = capfd.readouterr().out.splitlines()
    assert [line for line in told if line[:1].isdigit()] == lines[:1]
    assert any("The log of first can't be read" in line for line in told)


def test_a_container_that_says_nothing_for_long_is_followed_on(
    kubectl: Kubectl, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Load balancers end a connection that is silent for some minutes, again and again."""
    monkeypatch.setattr(patience, "PATIENCE_S", 0.01)
    monkeypatch.setattr(pod_log, "_HELD_S", 0.0)
    for number in range(1, 5):
        seen(f"get.00{number}", "running")
        said(f"logs.00{number}", "1 one", "2", broken=True)
    seen("get.last", "terminated", "Complete")
    said("logs.last", "1 one", "2 two")
    follow_job(kubectl, "job", "score")
    told = capfd.readouterr().out.splitlines()
    assert [line for line in told if line[:1].isdigit()] == ["1 one", "2 two"]


def test_a_job_whose_node_is_lost_ends_though_its_pod_seems_to_run(
    kubectl: Kubectl, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "PATIENCE_S", 0.1)
    monkeypatch.setattr(pod_log, "_HELD_S", 0.0)
    seen("get.last", "running", "Failed")
    with pytest.raises(ProjectError, match="The job failed"):
        follow_job(kubectl, "job", "score")


def test_a_job_that_somebody_removed_is_not_waited_for(kubectl: Kubectl) -> None:
    Path("get.last").write_text('{"items": []}')
    with pytest.raises(ProjectError, match="The job job is gone"):
        follow_job(kubectl, "job", "score")
    assert len(Path("get.asked").read_text().splitlines()) == 1
