"""The user's files stay the user's, whatever the template does there."""

import json
from pathlib import Path

import pytest

from tests.support.made import Made, make, two_versions
from tests.support.versions import lines, text


def test_the_users_hook_stays_byte_for_byte(project: Made) -> None:
    mine = b"\xef\xbb\xbfMINE = 1\r\nNO_END = 2"
    project.write("src/demo/use_case/model.py", mine)
    project.write("data/more/table.csv", mine)
    project.commit()
    assert project.upgrade() == 0
    assert project.read("src/demo/use_case/model.py") == mine
    assert project.read("data/more/table.csv") == mine
    assert project.has("src/demo/use_case/extra.py")


def test_a_file_of_the_users_where_the_new_version_adds_a_hook_stays(project: Made) -> None:
    project.write("src/demo/use_case/extra.py", "MINE = 1\n")
    project.commit()
    assert project.upgrade() == 0
    assert project.read("src/demo/use_case/extra.py") == b"MINE = 1\n"


def test_a_hook_that_the_user_deleted_stays_deleted(project: Made) -> None:
    (project.folder / "tests/use_case/test_use_case.py").unlink()
    project.commit()
    assert project.upgrade() == 0
    assert not project.has("tests/use_case/test_use_case.py")


def test_a_changed_table_of_ownership_stays_changed(project: Made) -> None:
    project.replace(".template.json", '"data/"', '"docs/"')
    project.write("docs/Über uns.md", "# Mine\n")
    project.commit()
    for version in ("v1.1.0", "v2.0.0"):
        assert project.upgrade(version) == 0
        assert project.read("docs/Über uns.md") == b"# Mine\n"
        user = json.loads(project.read(".template.json"))["ownership"]["user"]
        assert "docs/" in user
        assert "data/" not in user


def test_what_was_added_to_the_users_goes_along_with_the_package(project: Made) -> None:
    project.replace(".template.json", '"data/"', '"data/", "src/demo/engine.py"')
    project.write("src/demo/engine.py", "MINE = 1\n")
    project.commit()
    assert project.upgrade("v1.1.0", "--answer=package_name=shop") == 0
    assert project.upgrade() == 0
    assert project.read("src/shop/engine.py") == b"MINE = 1\n"


def test_ownership_that_is_no_list_is_refused(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    record = json.loads(project.read(".template.json"))
    record["ownership"]["user"] = "run.sh"
    project.write(".template.json", json.dumps(record))
    project.commit()
    assert project.upgrade() == 2
    assert "ownership has lists" in capfd.readouterr().err


def test_a_table_that_stands_twice_is_refused_by_its_name(
    project: Made, capfd: pytest.CaptureFixture[str]
) -> None:
    project.replace(".template.json", '"user":', '"user": ["docs/"], "user":')
    project.commit()
    assert project.upgrade() == 2
    assert "'user' stands twice" in capfd.readouterr().err


@pytest.mark.parametrize("user", [("docs/", "data/"), ("data/", "docs/")])
def test_what_becomes_or_stops_being_the_users_is_merged_once_more(
    tmp_path: Path, user: tuple[str, str]
) -> None:
    old, new = text(lines("page")), text(lines("page"), "NEW = 1")
    versions = two_versions(tmp_path / "t", {"docs/a": old}, {"docs/a": new}, user=user)
    project = make(versions, tmp_path / "project")
    project.replace("docs/a", "PAGE_3 = 3", "PAGE_3 = 33")
    project.commit()
    assert project.upgrade() == 0
    assert project.read("docs/a") == new.replace(b"PAGE_3 = 3", b"PAGE_3 = 33")


def test_what_is_the_users_moves_with_its_edits(tmp_path: Path) -> None:
    old, new = {"client/theme.css": text(lines("a"))}, {"web/theme.css": text(lines("a"))}
    versions = two_versions(tmp_path / "t", old, new, user=(*old, *new))
    project = make(versions, tmp_path / "project")
    project.write("client/theme.css", "MINE\n")
    project.commit()
    assert project.upgrade() == 0
    assert project.read("web/theme.css") == b"MINE\n"


def test_a_folder_of_the_users_that_is_a_link_is_left_alone(tmp_path: Path) -> None:
    first = {"data/a.csv": b"1\n", "b": b"1\n"}
    versions = two_versions(tmp_path / "t", first, {**first, "data/b.csv": b"2\n", "b": b"2\n"})
    project = make(versions, tmp_path / "project")
    (project.folder / "data").rename(tmp_path / "elsewhere")
    (project.folder / "data").symlink_to("../elsewhere")
    project.commit()
    assert project.upgrade() == 0
    assert (project.folder / "data").readlink() == Path("../elsewhere")
    assert [path.name for path in (tmp_path / "elsewhere").iterdir()] == ["a.csv"]
