"""The page of what is supported says what the code demands and the tests run."""

import json
import re
import tomllib

import yaml

from tests.delivery import go_programs
from tests.delivery.control_plane import programs
from tests.support.files import SKELETON
from tools.examples import ROOT

PAGE = (ROOT / "docs" / "support.md").read_text("utf-8")
ROWS = {
    what: (supported, tested)
    for what, supported, tested in re.findall(
        r"^\| (.+?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE
    )
}


def minor(text: str) -> str:
    """Return the first minor version in a text."""
    found: list[str] = re.findall(r"\d+\.\d+", text)
    return found[0]


def test_the_pythons_are_those_that_can_be_chosen() -> None:
    asked = json.loads((ROOT / "cookiecutter.json").read_text("utf-8"))["python_version"]
    assert ROWS["Python of a project"][0] == ", ".join(asked)
    about = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert about["requires-python"] == f">={minor(ROWS['Python of the template'][0])}"


def test_the_tools_are_those_that_are_demanded() -> None:
    about = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    lists = [about["project"]["dependencies"], about["dependency-groups"]["dev"]]
    for what in ("Cookiecutter", "uv"):
        bounds = re.fullmatch(r"(\d+\.\d+) or later, before (\d)", ROWS[what][0])
        assert bounds, ROWS[what]
        wanted = f"{what.lower()}>={bounds[1]},<{bounds[2]}"
        assert any(wanted in each for each in lists)


def test_the_clusters_are_those_of_the_chart_and_of_the_tests() -> None:
    (file,) = SKELETON.glob("deploy/helm/*/Chart.yaml")
    text = re.sub(r"<<.*?>>", "x", file.read_text("utf-8"))
    supported, tested = ROWS["Kubernetes"]
    assert yaml.safe_load(text)["kubeVersion"] == f">={minor(supported)}.0-0"
    assert tested.startswith(f"{programs.VERSION} runs;")
    source = (ROOT / "tests" / "delivery" / "go_programs.py").read_text("utf-8")
    assert ROWS["Helm"][1] == " and ".join(re.findall(r'"helm-(\d+\.\d+\.\d+)"', source))
    assert minor(programs.VERSION).partition(".")[2] == go_programs.KUBERNETES
