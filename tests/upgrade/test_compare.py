"""A project's changes of the template's files: checked, and carried back."""

from pathlib import Path

import pytest

from tests.support.made import Made, make
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


def test_a_project_without_a_record_says_where_to_take_it_from(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    (project.folder / ".template.json").unlink()
    project.commit()
    before = project.state()
    assert project.upgrade() == 2
    assert "`git log -- .template.json`" in capfd.readouterr().err
    assert project.state() == before


def test_a_record_that_was_damaged_says_what_to_do(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    project.write(".template.json", "{")
    project.commit()
    assert project.upgrade() == 2
    assert "git log -- .template.json" in capfd.readouterr().err
