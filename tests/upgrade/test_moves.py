"""Folders and files that a version moves, with all that a project has in them."""

import json
from pathlib import Path

import pytest

from tests.support.made import Made, make, two_versions
from tests.support.versions import lines, text

CHART = text(lines("chart"))
MOVED = {"helm/": "deploy/helm/"}


def moving(folder: Path, *, moved: dict[str, str], places: tuple[str, ...]) -> Made:
    """Make a project, and a template whose versions have a chart in one place after another."""
    versions = [{f"{place}a.yaml": CHART, "end": b"%d\n" % at} for at, place in enumerate(places)]
    template = two_versions(folder / "t", *versions, upgrade={"moved": moved})
    return make(template, folder / "project")


def test_a_moved_folder_takes_along_edits_what_was_added_and_whose_it_is(tmp_path: Path) -> None:
    project = moving(tmp_path, moved=MOVED, places=("helm/", "deploy/helm/"))
    project.replace("helm/a.yaml", "CHART_3 = 3", "CHART_3 = 33")
    project.write("helm/mine.yaml", "mine: 1\n")
    project.write("helm/values/ours.yaml", "ours: 1\n")
    project.replace(".template.json", '"data/"', '"data/", "helm/values/"')
    project.commit()
    assert project.upgrade() == 0
    assert project.read("deploy/helm/a.yaml") == CHART.replace(b"CHART_3 = 3", b"CHART_3 = 33")
    assert project.read("deploy/helm/mine.yaml") == b"mine: 1\n"
    assert project.read("deploy/helm/values/ours.yaml") == b"ours: 1\n"
    assert not project.has("helm")
    user = json.loads(project.read(".template.json"))["ownership"]["user"]
    assert user == ["data/", "deploy/helm/values/"]


def test_folders_that_moved_twice_are_followed_to_the_end(tmp_path: Path) -> None:
    moved = {**MOVED, "deploy/": "operations/"}
    project = moving(tmp_path, moved=moved, places=("helm/", "deploy/helm/", "operations/helm/"))
    project.write("helm/mine.yaml", "mine: 1\n")
    project.commit()
    assert project.upgrade("v3.0.0") == 0
    assert project.read("operations/helm/mine.yaml") == b"mine: 1\n"


def test_a_folder_of_ones_own_with_the_former_name_stays(tmp_path: Path) -> None:
    places = ("helm/", "deploy/helm/", "deploy/helm/")
    project = moving(tmp_path, moved=MOVED, places=places)
    assert project.upgrade() == 0
    project.write("helm/mine.yaml", "mine: 1\n")
    project.commit()
    assert project.upgrade("v3.0.0") == 0
    assert project.read("helm/mine.yaml") == b"mine: 1\n"


def test_a_file_in_the_way_of_one_that_moves_is_named(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    project = moving(tmp_path, moved=MOVED, places=("helm/", "deploy/helm/"))
    project.write("helm/mine.yaml", "mine: 1\n")
    project.write("deploy/helm/mine.yaml", "another: 1\n")
    project.commit()
    before = project.state()
    assert project.upgrade() == 2
    assert "helm/mine.yaml would move to deploy/helm/mine.yaml" in capfd.readouterr().err
    assert project.state() == before


def test_a_sample_is_for_new_projects_alone(tmp_path: Path) -> None:
    first = {"data/old/sample": b"1\n"}
    second = {"data/sample": b"2\n", "data/needed": b"2\n"}
    upgrade = {"samples": ["data/sample"]}
    template = two_versions(tmp_path / "t", first, second, upgrade=upgrade)
    project = make(template, tmp_path / "project")
    assert project.upgrade() == 0
    assert project.read("data/old/sample") == b"1\n"
    assert project.read("data/needed") == b"2\n"
    assert not project.has("data/sample")
    assert make(template, tmp_path / "new", "v2.0.0").read("data/sample") == b"2\n"
