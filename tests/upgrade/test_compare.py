"""What a project changed in the template's files: checked, carried back; records found again."""

import json
from pathlib import Path

import pytest

from tests.upgrade.conftest import Made, make, two_versions
from tests.upgrade.versions import lines, text
from tools.upgrades.git import Git


def test_an_untouched_project_passes(project: Made, capfd: pytest.CaptureFixture[str]) -> None:
    project.write("config.yaml", "shared: 1\n")
    project.write("src/demo/use_case/model.py", "MINE = 1\n")
    assert project.run("check") == 0
    assert "are as in 1.0.0" in capfd.readouterr().out


def test_an_edit_of_the_templates_files_is_named_until_it_is_declared(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    project.replace("src/demo/engine.py", "ENGINE_9 = 9", "ENGINE_9 = 99")
    (project.folder / "run.sh").unlink()
    assert project.run("check") == 1
    shown = capfd.readouterr().out
    assert "-ENGINE_9 = 9\n+ENGINE_9 = 99\n" in shown
    assert "run.sh: removed" in shown
    declared = 'edited = ["run.sh", "src/demo/engine.py"]'
    assert declared in shown
    with (project.folder / "pyproject.toml").open("a") as file:
        file.write(f"\n[tool.template]\n{declared}\n")
    assert project.run("check") == 0


def test_a_fix_goes_back_to_the_template_with_its_variables(
    versions: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    project = make(versions, tmp_path / "project", package_name="shop", project_slug="my-shop")
    project.replace("src/shop/engine.py", "ENGINE_9 = 9", 'ENGINE_9 = "shop"')
    project.replace("helm/my-shop/chart.yaml", "CHART_5 = 5", "CHART_5 = 55")
    assert project.run("diff") == 0
    patch = capfd.readouterr().out
    assert 'ENGINE_9 = "<< cookiecutter.package_name >>"' in patch
    template = tmp_path / "template"
    Git(tmp_path)("clone", "--quiet", "--branch", "v1.0.0", str(versions), str(template))
    Git(template)("apply", given=patch.encode())
    changed = Git(template)("diff", "--stat")
    assert "2 files changed, 2 insertions(+), 2 deletions(-)" in changed


def test_a_fix_beside_a_variable_goes_back_whole(
    versions: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    project = make(versions, tmp_path / "project", package_name="shop")
    project.replace("src/shop/engine.py", "ENGINE_19 = 19", "ENGINE_19 = 99")
    project.write("src/shop/engine.py", project.read("src/shop/engine.py") + b"X = 1")
    assert project.run("diff") == 0
    patch = capfd.readouterr().out
    template = tmp_path / "template"
    Git(tmp_path)("clone", "--quiet", "--branch", "v1.0.0", str(versions), str(template))
    Git(template)("apply", given=patch.encode())
    fixed = next(template.glob("*/src/*/engine.py")).read_text()
    assert fixed.endswith('ENGINE_19 = 99\nNAME = "<< cookiecutter.package_name >>"\nX = 1')


def test_a_changed_mode_is_an_edit(project: Made, capfd: pytest.CaptureFixture[str]) -> None:
    (project.folder / "run.sh").chmod(0o644)
    assert project.run("check") == 1
    assert "run.sh: edited" in capfd.readouterr().out
    assert project.run("diff") == 1
    assert "run.sh can't be carried back" in capfd.readouterr().err


def test_a_declaration_that_is_no_list_is_refused(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    project.write("pyproject.toml", '[tool.template]\nedited = "run.sh"\n')
    assert project.run("check") == 2
    assert "tool.template.edited is a list" in capfd.readouterr().err


def test_a_folder_that_is_no_project_is_not_adopted(
    versions: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "README.md").write_text("# Something else\n")
    (tmp_path / "pyproject.toml").write_text('[project]\nauthors = ["Joe"]\n')
    assert Made(tmp_path, versions).run("adopt") == 2
    assert "No version of this template is near" in capfd.readouterr().err
    assert not (tmp_path / ".template.json").exists()


def test_a_project_from_before_there_were_records_is_adopted_and_upgraded(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pages = {f"docs/{name}": text(lines(name)) for name in "abcd"}
    first, second = pages, {**pages, "docs/a": text(lines("a"), "NEW = 1"), "e": b"5\n"}
    versions = two_versions(tmp_path / "t", first, second)
    git = Git(versions)
    project = make(versions, tmp_path / "project")
    (project.folder / ".template.json").unlink()
    project.replace("docs/b", "B_3 = 3", "B_3 = 33")
    project.write("docs/c", "MINE\n")
    project.commit()
    # The first version is made anew without a record, as it was before there were any.
    git("checkout", "--quiet", "v1.0.0")
    next(versions.glob("*/.template.json")).unlink()
    git("commit", "--quiet", "--all", "-m", "without")
    git("tag", "--force", "v1.0.0")
    git("remote", "add", "origin", "https://example.org/template.git")
    assert project.run("adopt") == 0
    assert "The nearest is 1.0.0" in capfd.readouterr().out
    project.replace(".template.json", '"data/"', '"docs/c", "data/"')
    project.commit()
    assert project.upgrade() == 0
    record = json.loads(project.read(".template.json"))
    assert "docs/c" in record["ownership"]["user"]
    assert record["template"] == "https://example.org/template.git"
    assert project.read("docs/c") == b"MINE\n"
    assert project.read("e") == b"5\n"
    assert b"NEW = 1" in project.read("docs/a")
    assert b"B_3 = 33" in project.read("docs/b")


def test_a_project_without_a_record_is_adopted(
    versions: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    project = make(versions, tmp_path / "project", "v1.1.0", package_name="shop", task="regression")
    wanted = json.loads(project.read(".template.json"))
    (project.folder / ".template.json").unlink()
    project.replace("src/shop/engine.py", "ENGINE_9 = 9", "ENGINE_9 = 99")
    project.commit()
    assert project.upgrade() == 2
    assert "adopt" in capfd.readouterr().err
    assert project.run("adopt", "--answer", "task=regression") == 0
    shown = capfd.readouterr().out
    assert "v1.1.0: 9" in shown
    assert "The nearest is 1.1.0" in shown
    record = json.loads(project.read(".template.json"))
    assert (record["version"], record["commit"]) == (wanted["version"], wanted["commit"])
    assert record["answers"]["package_name"] == "shop"
    project.commit()
    assert project.upgrade() == 0
    assert b"ENGINE_9 = 99" in project.read("src/shop/engine.py")


def test_a_project_that_has_a_record_is_not_adopted(project: Made) -> None:
    before = project.state()
    assert project.run("adopt") == 2
    assert project.state() == before


def test_a_record_that_was_damaged_says_what_to_do(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    project.write(".template.json", "{")
    project.commit()
    assert project.upgrade() == 2
    assert "git log -- .template.json" in capfd.readouterr().err
