"""Whatever a user has done to a project, an upgrade loses nothing of it."""

import os
from pathlib import Path

import pytest

from tests.support.made import Made, make, two_versions
from tests.support.versions import lines, text


def test_an_unedited_project_becomes_what_the_new_version_renders(
    project: Made, versions: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    mine = project.read("src/demo/use_case/model.py")
    assert project.upgrade() == 0
    wanted = make(versions, tmp_path / "wanted", "v2.0.0").state()[2]
    wanted["src/demo/use_case/model.py"] = (0o100600, mine)
    assert project.state()[2] == wanted
    shown = capfd.readouterr().out
    assert "renamed     src/demo/old_name.py -> src/demo/new_name.py" in shown
    assert "removed     src/demo/doomed.py" in shown
    assert "added       src/demo/added.py" in shown
    assert "changed     run.sh" in shown
    assert "untouched" in shown
    assert "author: 'Nobody' (a new question)" in shown


def test_notes_of_every_version_crossed_are_shown_what_comes_before_deploying_first(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    project.upgrade()
    shown = capfd.readouterr().out
    order = [shown.index(text) for text in ("train anew", "second notes", "third notes")]
    assert order == sorted(order)
    assert "Nothing." not in shown


def test_edits_of_a_shared_file_elsewhere_are_merged(project: Made) -> None:
    project.replace("config.yaml", "SETTING_3 = 3", "SETTING_3 = 33")
    project.commit()
    assert project.upgrade() == 0
    assert b"SETTING_3 = 33" in project.read("config.yaml")
    assert b'author: "Nobody"' in project.read("config.yaml")


def test_edits_of_the_same_lines_are_a_conflict_of_gits_own(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    project.write("config.yaml", project.read("config.yaml") + b"mine: 1\n")
    head = project.commit()
    assert project.upgrade() == 1
    assert project.conflicted == ["config.yaml"]
    assert b"<<<<<<< " in project.read("config.yaml")
    assert project.git("rev-parse", "HEAD") == head
    assert "conflicted  config.yaml" in capfd.readouterr().out


def test_an_edit_follows_a_file_that_the_template_renames(project: Made) -> None:
    project.replace("src/demo/old_name.py", "RENAMED_5 = 5", "RENAMED_5 = 55")
    project.commit()
    assert project.upgrade() == 0
    assert b"RENAMED_5 = 55" in project.read("src/demo/new_name.py")
    assert b"RENAMED = True" in project.read("src/demo/new_name.py")


def test_an_edit_of_what_the_template_deletes_is_a_conflict(project: Made) -> None:
    file = "src/demo/doomed.py"
    project.write(file, project.read(file) + b"MINE = 1\n")
    project.commit()
    assert project.upgrade() == 1
    assert project.conflicted == [file]
    assert b"MINE = 1" in project.read(file)


def test_an_edit_of_what_the_template_splits_follows_the_larger_part(project: Made) -> None:
    file = "src/demo/both.py"
    project.write(file, project.read(file) + b"MINE = 1\n")
    project.commit()
    assert project.upgrade() == 0
    assert project.read("src/demo/right.py").endswith(b"MINE = 1\n")


def test_a_folder_that_the_template_splits_is_a_conflict_about_the_users_file_in_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first = {f"foo/{name}": text(lines(name)) for name in "abcd"}
    second = {f"bar/{name}": text(lines(name)) for name in "ab"}
    second |= {f"baz/{name}": text(lines(name)) for name in "cd"}
    project = make(two_versions(tmp_path / "t", first, second), tmp_path / "project")
    project.write("foo/mine", "mine\n")
    project.commit()
    before = project.state()
    for arguments, code in ((["--dry-run"], 0), ([], 1)):
        assert project.upgrade("v2.0.0", *arguments) == code
        assert "CONFLICT (directory rename split)" in capfd.readouterr().out
    assert project.run("abort") == 0
    assert project.state() == before
    assert project.upgrade() == 1
    assert project.run("continue") == 0
    assert project.read("foo/mine") == b"mine\n"


def test_a_folder_where_the_new_version_has_a_file_is_a_conflict(tmp_path: Path) -> None:
    first = {"a": text(lines("a")), "b": b"1\n"}
    versions = two_versions(tmp_path / "t", first, {**first, "docs": text(lines("d"))})
    project = make(versions, tmp_path / "project")
    project.write("docs/mine.md", "mine\n")
    project.commit()
    before = project.state()
    assert project.upgrade() == 1
    assert project.read("docs/mine.md") == b"mine\n"
    project.git("add", "--all")
    assert project.run("abort") == 0
    assert project.state() == before


def test_a_template_file_that_the_user_deleted_stays_deleted_unless_it_changed(
    project: Made,
) -> None:
    (project.folder / "docs/Über uns.md").unlink()
    (project.folder / "helm/demo/chart.yaml").unlink()
    project.commit()
    assert project.upgrade() == 1
    assert project.conflicted == ["docs/Über uns.md"]
    assert not project.has("helm/demo/chart.yaml")


def test_a_file_where_the_new_version_adds_one_is_a_conflict(project: Made) -> None:
    project.write("src/demo/added.py", "MINE = 1\n")
    project.commit()
    assert project.upgrade() == 1
    assert project.conflicted == ["src/demo/added.py"]
    assert b"MINE = 1" in project.read("src/demo/added.py")


@pytest.mark.parametrize("name", ["src/demo/added.py", "src/demo/added.local"])
def test_a_file_that_git_does_not_know_is_never_overwritten(
    project: Made, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    with (project.folder / ".gitignore").open("a") as file:
        file.write("/src/demo/added.py\n" if name.endswith("py") else "")
    project.commit()
    project.write("src/demo/added.py", "MINE = 1\n")
    before = project.state()
    assert project.upgrade() == 2
    assert project.state() == before
    assert "src/demo/added.py" in capfd.readouterr().err


def test_a_binary_file_that_both_changed_is_a_conflict(project: Made) -> None:
    project.write("logo.png", b"\0mine")
    project.commit()
    assert project.upgrade() == 1
    assert project.conflicted == ["logo.png"]
    assert project.read("logo.png") == b"\0mine"


def test_files_with_crlf_are_merged_and_keep_it(project: Made) -> None:
    for name in ("src/demo/engine.py", "config.yaml"):
        project.write(name, project.read(name).replace(b"\n", b"\r\n"))
    project.replace("src/demo/engine.py", "ENGINE_9 = 9", "ENGINE_9 = 99")
    project.commit()
    assert project.upgrade() == 0
    merged = project.read("src/demo/engine.py")
    assert b"FASTEST = True\r\n" in merged
    assert b"ENGINE_9 = 99\r\n" in merged
    assert merged.count(b"\n") == merged.count(b"\r\n")


def test_executable_bits_links_and_names_with_umlauts_stay(project: Made) -> None:
    (project.folder / "run.sh").chmod(0o644)
    (project.folder / "config.yaml").chmod(0o755)
    (project.folder / "verknüpft mit.py").symlink_to("src/demo/engine.py")
    project.replace("docs/Über uns.md", "ABOUT_9 = 9", "ABOUT_9 = 'ä'")
    project.commit()
    assert project.upgrade() == 0
    assert not os.access(project.folder / "run.sh", os.X_OK)
    assert os.access(project.folder / "config.yaml", os.X_OK)
    assert (project.folder / "verknüpft mit.py").readlink() == Path("src/demo/engine.py")
    assert "ABOUT_9 = 'ä'" in project.read("docs/Über uns.md").decode()
    assert "# Über uns alle" in project.read("docs/Über uns.md").decode()


def test_a_folder_becomes_a_file(tmp_path: Path) -> None:
    first, second = {"docs/a.md": text(lines("a"))}, {"docs": text(lines("b"))}
    versions = two_versions(tmp_path / "t", first, second)
    project = make(versions, tmp_path / "project")
    assert project.upgrade() == 0
    assert project.read("docs") == second["docs"]


def test_crlf_goes_along_with_a_renamed_file(project: Made) -> None:
    name = "src/demo/old_name.py"
    project.write(name, project.read(name).replace(b"\n", b"\r\n"))
    project.commit()
    assert project.upgrade() == 0
    merged = project.read("src/demo/new_name.py")
    assert b"RENAMED = True\r\n" in merged
    assert merged.count(b"\n") == merged.count(b"\r\n")
