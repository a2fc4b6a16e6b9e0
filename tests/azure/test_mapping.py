"""The page about the originals names each file of theirs, and commands and tests that are there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.support.files import COMPLETE
from tests.support.makefiles import targets
from tests.support.projects import Baked
from tools.examples import ROOT

PAGE = (ROOT / "docs" / "azure.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| there")
]
# Of the originals' repositories, what does something in Azure or is called from there.
FILES = (
    "aml/.env.sample",
    "aml/amllib/utils.py",
    "aml/clear-models.py",
    "aml/fetch-model.py",
    "aml/run-training.py",
    "aml/upload-data.py",
    "azure/aci-arm-template",
    "azure/aml-script/deploy.sh",
    "kubernetes/helm",
    "model-api/",
    "model-api-functions/",
    "pipelines/batcomputer-build-api.yml",
    "pipelines/batcomputer-data-load.yml",
    "pipelines/batcomputer-training.yml",
    "pipelines/titanic-build-api.yml",
    "pipelines/titanic-data-load.yml",
    "pipelines/titanic-training.yml",
    ".github/workflows/deploy-functions.yml",
    "tests/Batcomputer.postman_collection.json",
    "tests/smoketest.sh",
    "etc/test-api.http",
    "training/scikit-batcomputer.py",
    "training/scikit-titanic.py",
    "batclient/",
    "archive/",
    "code/aml-pipelines-with-automated-machine-learning-step.ipynb",
    "code/benchmark.sh",
    "code/data.json",
    "code/enable_Application_Insights.py",
    "code/endpoint.py",
    "code/logs.py",
    "code/swagger/serve.py",
    "code/swagger/swagger.json",
    "code/swagger/swagger.sh",
)


@pytest.fixture(scope="module")
def project(baked: Baked) -> Path:
    return baked(COMPLETE)


@cache
def collected(file: str) -> set[str]:
    """Return the names of the tests that pytest collects of a file."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


def test_each_file_of_the_originals_has_its_row() -> None:
    named = {name for there, *_ in ROWS for name in re.findall(r"`([^`]+)`", there)}
    assert set(FILES) <= named


@pytest.mark.parametrize("row", ROWS, ids=[row[0][:40] for row in ROWS])
def test_a_row_names_what_is_there_and_the_test_that_ran_it(project: Path, row: list[str]) -> None:
    there, here, ran = row
    named = re.findall(r"`([^`]+)`", here)
    for command in [each for each in named if each.startswith("make ")]:
        assert command.removeprefix("make ") in targets(project) | targets(ROOT)
    for path in [each for each in named if re.match(r"(deploy|client|\.github)/", each)]:
        assert (project / path).is_file()
    tests = re.findall(r"`([^`]+)`", ran)
    assert bool(tests) == (there != "`archive/` (Databricks)")
    for test in tests:
        file, _, name = test.partition("::")
        assert re.fullmatch(r"(runtime/)?tests/[a-z_/]*test_\w+\.py", file)
        assert name.startswith("test_")
        assert name in collected(file), test


def test_each_target_of_azure_is_on_the_projects_own_page(project: Path) -> None:
    page = (project / "deploy" / "azure" / "README.md").read_text("utf-8")
    section = (project / "Makefile").read_text("utf-8").partition("##@ On Azure")[2]
    named = re.findall(r"^([a-z-]+):.*## ", section.partition("##@")[0], re.MULTILINE)
    assert len(named) > 10
    for target in named:
        assert re.search(rf"\b{target}\b", page), target
