"""Git's settings and attributes elsewhere decide nothing about an upgrade."""

import subprocess
from pathlib import Path

import pytest

from tests.support.made import Made, bootstrap, make
from tools.upgrades.git import Git

GLOBAL = {
    "rerere": "[rerere]\n\tenabled = true\n\tautoUpdate = true\n",
    "colours": "[color]\n\tui = always\n[column]\n\tui = always\n",
    "quiet merges": "[merge]\n\tverbosity = 0\n\trenames = false\n\trenormalize = true\n",
    "a comment's mark": "[core]\n\tcommentChar = U\n[commit]\n\tcleanup = scissors\n",
    "relative paths": "[diff]\n\trelative = true\n\trenames = false\n\trenameLimit = 1\n",
    "grep": "[grep]\n\tfullName = true\n[submodule]\n\trecurse = true\n",
    "signatures": "[log]\n\tshowSignature = true\n",
    "archives": "[tar]\n\tumask = 0177\n",
    "bare repositories": "[safe]\n\tbareRepository = explicit\n",
    "remote": "[clone]\n\tdefaultRemoteName = upstream\n",
    "diff": "[diff]\n\texternal = false\n\tnoPrefix = true\n[merge]\n\tconflictStyle = diff3\n",
}


def disagree(project: Made) -> None:
    """Change a line that the next version changes as well."""
    project.replace("run.sh", "echo demo", "echo Mine demo")
    project.commit()


def resolve(project: Made) -> None:
    """Resolve the conflict, and have git remember how, where it is told to."""
    subprocess.run(["git", "rerere"], cwd=project.folder, check=True)
    project.write("run.sh", "#!/bin/sh\necho Both\n")
    subprocess.run(["git", "rerere"], cwd=project.folder, check=True)
    project.git("add", "run.sh")


@pytest.mark.parametrize("text", GLOBAL.values(), ids=GLOBAL)
def test_a_setting_of_the_users_changes_nothing(
    project: Made, versions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    settings = tmp_path / "gitconfig"
    settings.write_text(f"[init]\n\tdefaultBranch = main\n{text}")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    disagree(project)
    before = project.state()
    done = bootstrap(project.folder, "upgrade", TEMPLATE=str(versions), NO_INPUT="1")
    assert done.returncode == 1, done.stderr
    assert "CONFLICT (content): Merge conflict in run.sh" in done.stdout
    assert project.conflicted == ["run.sh"]
    resolve(project)
    assert project.run("abort") == 0
    assert project.state() == before
    assert project.upgrade() == 1
    assert project.conflicted == ["run.sh"], "git knows how the first one was resolved"
    resolve(project)
    assert project.run("continue") == 0
    assert project.git("log", "-1", "--format=%s").startswith("Upgrade the template from 1.0.0 (")
    assert project.has("src/demo/new_name.py")
    wanted = make(versions, tmp_path / "wanted", "v2.0.0", author="Nobody")
    for name in ("logo.png", "src/demo/left.py", "src/demo/right.py", "src/demo/engine.py"):
        assert project.read(name) == wanted.read(name)


@pytest.mark.parametrize("where", [".gitattributes", ".git/info/attributes", "global"])
@pytest.mark.parametrize("driver", ["union", "mine", "text", "binary"])
def test_a_merge_driver_takes_no_side(
    project: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, driver: str, where: str
) -> None:
    attributes = tmp_path / "attributes" if where == "global" else project.folder / where
    attributes.parent.mkdir(exist_ok=True)
    attributes.write_text(f"* merge={driver}\n")
    settings = tmp_path / "gitconfig"
    settings.write_text(f"[core]\n\tattributesFile = {attributes}\n")
    if where == "global":
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    if driver != "binary":
        project.git("config", "merge.mine.driver", "true")
        project.git("config", "merge.text.driver", "true")
    disagree(project)
    before = project.state()
    assert project.upgrade("v2.0.0", "--dry-run") == 0
    assert project.upgrade() == 1
    assert "run.sh" in project.conflicted
    assert project.run("abort") == 0
    assert project.state() == before


def test_a_binary_file_conflicts_whatever_merges_it(project: Made) -> None:
    project.write(".gitattributes", "* merge=union\n")
    project.write("logo.png", project.read("logo.png") + b"\0mine")
    project.commit()
    assert project.upgrade() == 1
    assert project.conflicted == ["logo.png"]
    assert project.read("logo.png").endswith(b"\0mine")


def test_short_marks_of_a_conflict_are_not_committed(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    project.write(".gitattributes", "* conflict-marker-size=3\n")
    disagree(project)
    assert project.upgrade() == 1
    assert b"\n>>> " in project.read("run.sh")
    project.git("add", "run.sh")
    assert project.run("continue") == 2
    assert "still has the marks of a conflict" in capfd.readouterr().err


def test_attributes_of_the_users_leave_the_templates_files_whole(
    project: Made, versions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attributes = tmp_path / "attributes"
    attributes.write_text("*.yaml text eol=crlf\n*.py export-ignore\n*.md ident\n")
    settings = tmp_path / "gitconfig"
    settings.write_text(f"[core]\n\tattributesFile = {attributes}\n")
    wanted = make(versions, tmp_path / "wanted", "v2.0.0")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    done = bootstrap(project.folder, "upgrade", TEMPLATE=str(versions), NO_INPUT="1")
    assert done.returncode == 0, done.stderr
    for name in ("config.yaml", "src/demo/added.py"):
        committed = project.git.run("show", f"HEAD:{name}").stdout
        assert committed == wanted.git.run("show", f"HEAD:{name}").stdout


def test_a_path_with_a_patterns_signs_is_a_path(tmp_path: Path, project: Made) -> None:
    project.write("src/demo/*", "untracked\n")
    before = project.state()
    project.write("config.yaml", project.read("config.yaml") + b"mine: 1\n")
    project.commit()
    assert project.upgrade() == 1
    assert project.run("abort") == 0
    assert project.git("rev-parse", "HEAD") != before[0]
    assert project.read("src/demo/*") == b"untracked\n"


def test_a_variable_for_another_command_changes_nothing(
    project: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    disagree(project)
    monkeypatch.setenv("GIT_CHERRY_PICK_HELP", "another")
    monkeypatch.setenv("GIT_MERGE_VERBOSITY", "0")
    monkeypatch.setenv("GIT_ICASE_PATHSPECS", "1")
    assert project.upgrade() == 1
    assert Git(project.folder).run("rev-parse", "--verify", "CHERRY_PICK_HEAD").returncode == 0
    assert project.run("abort") == 0
