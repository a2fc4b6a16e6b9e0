"""A release that can't be deployed says why, and what to do; by a stand-in for Helm.

`tests/delivery` of the template has what Helm and a cluster really do.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from model_runtime.delivery.helm import Helm
from model_runtime.delivery.release import Release
from model_runtime.errors import ProjectError

NOT_THERE = 'namespaces "models" not found'
FORBIDDEN = 'namespaces is forbidden: User "ann" cannot create resource "namespaces"'
PROGRAM = """#!/bin/sh
echo "$@" >> said
case "$*" in
{cases}
esac
"""

Answers = dict[str, tuple[str, int]]


@pytest.fixture
def release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Answers], Release]:
    """A release by a Helm that answers commands, by how they begin or end."""
    (tmp_path / "deploy/helm/model").mkdir(parents=True)
    (tmp_path / "deploy/helm/model/Chart.yaml").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    def made(answers: Answers) -> Release:
        known = {"version": ("v3.22.0", 0), "history": ("Error: release: not found", 1)} | answers
        cases = [
            f"*{words}*) echo '{text}' >&{2 if code else 1}; exit {code};;"
            for words, (text, code) in reversed(known.items())
        ]
        program = tmp_path / "helm"
        program.write_text(PROGRAM.format(cases="\n".join(cases)))
        program.chmod(0o755)
        return Release("model", Helm("models", Console()))

    return made


def asked() -> list[str]:
    return [line.split()[0] for line in Path("said").read_text().splitlines()]


def test_a_namespace_is_made_where_there_is_none(
    release: Callable[[Answers], Release],
) -> None:
    release({"upgrade": (NOT_THERE, 1), "--create-namespace": ("", 0)}).deploy({})
    first, second = [line for line in Path("said").read_text().splitlines() if "upgrade" in line]
    assert "--create-namespace" not in first
    assert "--create-namespace" in second
    assert asked()[-3:] == ["test", "history", "get"]  # nobody else came meanwhile


def test_who_may_not_make_the_namespace_is_told_what_to_do(
    release: Callable[[Answers], Release],
) -> None:
    answers = {"upgrade": (NOT_THERE, 1), "--create-namespace": (FORBIDDEN, 1)}
    with pytest.raises(ProjectError, match=r"kubectl create namespace models.*NAMESPACE="):
        release(answers).deploy({})


@pytest.mark.parametrize(
    ("rows", "way"),
    [
        ([("deployed", "Install complete"), ("pending-upgrade", "")], "make rollback-release"),
        ([("pending-install", "")], "make undeploy"),
    ],
)
def test_a_release_that_was_cut_off_is_told_with_the_way_out(
    release: Callable[[Answers], Release], rows: list[tuple[str, str]], way: str
) -> None:
    listed = json.dumps(
        [
            {"revision": number, "status": status, "description": about, "chart": "model-0.1"}
            for number, (status, about) in enumerate(rows, start=1)
        ]
    )
    with pytest.raises(ProjectError, match=f"`{way}`, and deploy again"):
        release({"history": (listed, 0)}).deploy({})
    assert asked() == ["history"]


@pytest.mark.parametrize(
    ("version", "flags", "test"),
    [
        ("v3.22.0", "--install --atomic --wait", "test --hide-notes model"),
        (
            "v4.3",
            "--install --rollback-on-failure --server-side=true --force-conflicts --wait",
            "test model",
        ),
    ],
)
def test_each_version_of_helm_gets_its_own_flags(
    release: Callable[[Answers], Release], version: str, flags: str, test: str
) -> None:
    release({"version": (version, 0)}).deploy({})
    said = Path("said").read_text()
    assert f"upgrade {flags}" in said
    assert f"\n{test} --timeout" in said


def test_who_loses_a_race_is_not_told_to_remove_what_the_other_deploys(
    release: Callable[[Answers], Release],
) -> None:
    Path("history").write_text("[]")
    pending = '[{"revision":1,"status":"pending-install","chart":"model-0.1"}]'
    Path("meanwhile").write_text(pending)
    lost = "Error: release: already exists'; cp meanwhile history; echo '"
    answers = {"history": ("'$(cat history)'", 0), "upgrade": (lost, 1)}
    with pytest.raises(ProjectError, match=r"another deployment runs, .*Wait for it"):
        release(answers).deploy({})


def test_a_value_is_one_value_to_helm(release: Callable[[Answers], Release]) -> None:
    release({}).deploy({"image.repository": "a,deployment.replicas=9"})
    assert r"--set-string image.repository=a\,deployment.replicas=9" in Path("said").read_text()


@pytest.mark.parametrize("chart", ["database-1.0.0", "model-of-others-0.1.0", "my-model-0.1.0"])
def test_another_charts_release_is_left_alone(
    release: Callable[[Answers], Release], chart: str
) -> None:
    listed = json.dumps([{"revision": 1, "status": "deployed", "chart": chart}])
    there = release({"history": (listed, 0)})
    changes: list[Callable[[], None]] = [
        lambda: there.deploy({}),
        lambda: there.rollback(1),
        there.undeploy,
    ]
    for change in changes:
        with pytest.raises(ProjectError, match=f"is of another chart, {chart}: name one of your"):
            change()
    assert {*asked()} == {"history"}
