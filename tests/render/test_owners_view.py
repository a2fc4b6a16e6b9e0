"""An owner sees at first sight what a project has, and what of it is theirs."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from model_runtime.drafting.samples import SAMPLES, digest

from tests.support.files import COMPLETE, texts
from tests.support.projects import Baked
from tools.upgrades.project import Record, covers

MOST_FILES, MOST_LINES = 90, 4500
"""Of a default project, without the library in runtime/."""

README_LINES = 120
SECTIONS = (
    *("model", "training", "automl", "serving", "log", "registry", "paths"),
    *("image", "deployment", "jenkins"),
)
"""Of config.yaml: the model and its service, then their delivery."""

EVERYDAY = (
    *("setup", "data", "features", "profile", "doctor", "train", "serve", "predict", "score"),
    *("evaluate", "test", "lint", "models", "promote", "image", "deploy"),
)
ENTRY = re.compile(r"^((?:│   |    )*)[├└]── (\S+)(?: +(<- )?\S.*)?$", re.MULTILINE)


@pytest.fixture(scope="module", params=["default", "complete"])
def project(request: pytest.FixtureRequest, baked: Baked) -> Path:
    answers = COMPLETE if request.param == "complete" else {}
    return baked({"package_name": "a" * 30, **answers})


def tree(project: Path) -> Iterator[tuple[Path, bool]]:
    """Yield what the README's tree names, and whether an arrow says that it is the owner's."""
    above: list[str] = []
    for indent, name, arrow in ENTRY.findall((project / "README.md").read_text("utf-8")):
        above = [*above[: len(indent) // 4], name]
        yield Path(*above), bool(arrow)


def test_a_default_project_is_small(baked: Baked) -> None:
    project = baked()
    own = {path: text for path, text in texts(project).items() if path.parts[0] != "runtime"}
    lines = sum(len(text.splitlines()) for text in own.values())
    print(f"{len(own)} files, {lines:,} lines")
    assert len(own) <= MOST_FILES
    assert lines <= MOST_LINES


def test_the_readme_is_short(project: Path) -> None:
    assert len((project / "README.md").read_text("utf-8").splitlines()) <= README_LINES


def test_the_readmes_tree_names_what_is_there(project: Path) -> None:
    named = [path for path, _ in tree(project)]
    assert len(named) > 15
    assert [path for path in named if not (project / path).exists()] == []
    tops = {file.relative_to(project).parts[0] for file in project.iterdir()}
    known = {"README.md", ".gitignore", ".dockerignore", ".python-version"}
    assert tops - {path.parts[0] for path in named} == known
    parts = {path.name for path in (project / "deploy").iterdir()}
    assert parts == {path.parts[1] for path in named if path.parts[0] == "deploy" != path.name}


def test_the_trees_arrows_are_at_what_the_record_says_is_the_owners(project: Path) -> None:
    record = Record.parse((project / ".template.json").read_text("utf-8"))
    arrows = [path for path, arrow in tree(project) if arrow]
    for path in arrows:
        files = [file for file in (project / path).rglob("*") if file.is_file()] or [project / path]
        for file in files:
            assert covers(record.user + record.shared, file.relative_to(project).as_posix()), file
    for mine in {*record.user} - {"uv.lock"}:  # which is there only after the first `make setup`
        assert [path for path in arrows if path.as_posix().startswith(mine.rstrip("/"))], mine


def test_the_readmes_links_lead_somewhere(project: Path) -> None:
    pages = [project / "README.md", *project.glob("runtime/docs/*.md"), *project.rglob("README.md")]
    links = 0
    for page in pages:
        for link in re.findall(r"\]\(([^):]+)\)", page.read_text("utf-8")):
            links += 1
            file, _, heading = link.partition("#")
            target = page.parent / file if file else page
            assert target.exists(), f"{page}: {link}"
            assert not heading or heading in headings(target), f"{page}: {link}"
    assert links > 7


def headings(page: Path) -> set[str]:
    """Return the addresses of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_every_page_of_the_manual_is_in_the_readme(project: Path) -> None:
    linked = re.findall(r"\]\(runtime/docs/([\w-]+\.md)\)", (project / "README.md").read_text())
    pages = [page.name for page in (project / "runtime" / "docs").glob("*.md")]
    assert sorted(linked) == sorted(pages)


def test_the_settings_are_in_the_readers_order(project: Path) -> None:
    text = (project / "config.yaml").read_text("utf-8")
    assert tuple(yaml.safe_load(text)) == SECTIONS
    assert [
        line for line in text.splitlines() if len(line) > 100 and "description:" not in line
    ] == []


def test_make_help_begins_with_every_day_and_ends_with_the_template(project: Path) -> None:
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    first, *sections = shown.split("\n\n")
    title, *lines = first.splitlines()
    assert title == "Every day"
    assert tuple(line.split()[1] for line in lines) == EVERYDAY
    titles = [section.splitlines()[0] for section in sections]
    assert titles[-2:] == ["The template", "This folder"]
    assert ("Jenkins on this machine" in titles) == (project / "deploy/jenkins/controller").exists()
    assert ("Hosts of your own, by Ansible" in titles) == (project / "deploy/ansible").exists()


def test_the_library_knows_the_samples_which_it_may_replace(baked: Baked) -> None:
    for task in ("classification", "regression"):
        project = baked({"task": task, "package_name": "some_package"})
        own = project / "src" / "some_package" / "use_case"
        for file in (
            own / "features.yaml",
            own / "data_loader.py",
            project / "tests" / "test_use_case.py",
        ):
            found = digest(file.read_text("utf-8"), "some_package")
            assert found in SAMPLES, f"{task}: {file.name} is {found} now: write it into SAMPLES"
