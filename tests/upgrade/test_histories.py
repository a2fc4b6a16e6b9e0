"""Random histories of a project and its template: nothing is ever lost unseen.

pytest tests/upgrade/test_histories.py --histories 1000
"""

import json
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.support.made import Made
from tests.support.versions import SLUG
from tools.upgrades import sides
from tools.upgrades.git import Git
from tools.upgrades.project import RECORD

USER = ("mine/",)
NAMES = ("one.py", "two.py", "src/three.py", "src/four.md", "mine/hook.py", "mine/table.csv")
PLACES = (*NAMES, "five.py", "src/six.py", "lib/seven.py", "mine/new.py", "Größe 8.md")
TOKEN = re.compile(rb"\w+-token-\d+")
KINDS = (
    *("insert", "change", "remove", "append", "add"),
    *("delete", "rename", "rewrite", "ends", "bit"),
)

Edit = tuple[str, int, int, int]
edits = st.lists(
    st.tuples(st.sampled_from(KINDS), *(st.integers(0, 99) for _ in range(3))), max_size=6
)
histories = st.lists(st.tuples(edits, edits), min_size=1, max_size=3)


class Author:
    """Edits files, each line with a word that is nowhere else."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0

    def line(self) -> bytes:
        self.count += 1
        return f"{self.name}-token-{self.count}\n".encode()

    def edit(self, folder: Path, edit: Edit) -> None:
        """Change a folder's files by one edit."""
        kind, which, where, how_many = edit
        found = sorted(path for path in folder.rglob("*") if path.is_file())
        files = [path for path in found if ".git" not in path.parts and path.name != RECORD]
        place = folder / PLACES[which % len(PLACES)]
        if kind == "add":
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(b"".join(self.line() for _ in range(1 + how_many % 12)))
            return
        if not files:
            return
        file = files[which % len(files)]
        lines = file.read_bytes().splitlines(keepends=True)
        at = where % (len(lines) + 1)
        count = 1 + how_many % 3
        place = folder / PLACES[where % len(PLACES)]
        change: dict[str, Callable[[], object]] = {
            "insert": lambda: lines.insert(at, self.line()),
            "change": lambda: lines.__setitem__(
                slice(at, at + count), [self.line() for _ in range(count)]
            ),
            "remove": lambda: lines.__delitem__(slice(at, at + count)),
            "append": lambda: lines.append(self.line()),
            "rewrite": lambda: lines.__setitem__(slice(None), [b"\0", self.line()]),
            "ends": lambda: lines.__setitem__(
                slice(None), [line.rstrip(b"\r\n") + b"\r\n" for line in lines]
            ),
        }
        if kind in change:
            change[kind]()
            file.write_bytes(b"".join(lines))
        elif kind == "delete":
            file.unlink()
        elif kind == "bit":
            file.chmod(file.stat().st_mode ^ 0o100)
        elif not place.exists() and place != file:
            place.parent.mkdir(parents=True, exist_ok=True)
            file.rename(place)


class World:
    """A template and a project that both change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template"
        self.skeleton = self.template / SLUG
        self.git = Git(self.template)
        self.version = 0
        for number, name in enumerate(NAMES):
            file = self.skeleton / name
            file.parent.mkdir(parents=True, exist_ok=True)
            lines = [f"base-token-{number}{line:02}\n}}\n" for line in range(15)]
            file.write_bytes("".join(lines).encode())
        self.git("init", "--quiet")
        self.release()
        self.project = Made(folder / "project", self.template)
        render(self.template, {}, folder / "first").rename(self.project.folder)
        self.project.git("init", "--quiet")
        self.project.commit()

    def release(self) -> None:
        """Commit the template as another version."""
        self.version += 1
        version = f"{self.version}.0.0"
        record = {
            "version": version,
            "answers": {},
            "ownership": {"user": USER},
        }
        (self.skeleton / RECORD).write_text(json.dumps(record, indent=1))
        (self.template / "cookiecutter.json").write_text("{}")
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", version)
        self.git("tag", f"v{version}")


def render(template: Path, _: dict[str, Any], output: Path) -> Path:
    """Render a skeleton that has no variables: what is proven here is the merge."""
    shutil.copytree(template / SLUG, output / "project")
    return output / "project"


def tokens(contents: list[bytes]) -> set[bytes]:
    return {token for content in contents for token in TOKEN.findall(content)}


def contents(folder: Path, user: bool | None = None) -> list[bytes]:
    """Return the files' contents: all, only the user's, or only the others."""
    return list(owned(folder, user).values())


def owned(folder: Path, user: bool | None = True) -> dict[str, bytes]:
    files = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        wanted = user is None or user == name.startswith(USER)
        if wanted and path.is_file() and not name.startswith(".git/"):
            files[name] = path.read_bytes()
    return files


def check_upgrade(world: World, before_template: Path) -> bool:
    """Upgrade and hold what an upgrade promises; say whether it went without a conflict."""
    project = world.project
    before = project.state()
    mine, users = tokens(contents(project.folder)), owned(project.folder)
    old = tokens(contents(before_template))
    new = tokens(contents(world.skeleton, False))
    code = project.run("upgrade")
    assert code in {0, 1}
    after = owned(project.folder)
    for name, content in users.items():
        assert after[name] == content, f"{name} is the user's"
    shown = contents(project.folder)
    if code:
        unmerged = project.git.lines("ls-files", "--unmerged", "-z")
        shown += project.git.blobs(line.split()[1] for line in unmerged).values()
    there = tokens(shown)
    by_user = {token for token in mine if token.startswith(b"user")}
    assert by_user <= there, f"lost of the user's: {by_user - there}"
    by_template = {token for token in new - old if token.startswith(b"template")}
    assert by_template <= there, f"lost of the template's: {by_template - there}"
    if code:
        assert project.conflicted
        assert project.git("rev-parse", "HEAD") == before[0]
        assert project.run("upgrade") == 2
        assert project.run("continue") == 2
        assert project.run("abort") == 0
        assert project.state() == before
        return False
    # What it changes in the user's folders doesn't reach the project, wherever the user has it.
    gone = tokens(contents(before_template, False)) - tokens(contents(world.skeleton))
    kept = tokens(contents(project.folder, False)) - tokens([*users.values()])
    assert not gone & kept, f"the template removed, and it stayed: {gone & kept}"
    olds, news = owned(before_template, False), owned(world.skeleton, False)
    stays = {name: set(TOKEN.findall(news[name])) for name in olds.keys() & news.keys()}
    lines = tokens([content for name, content in olds.items() if name in stays])
    removed = {token for token in lines - mine if any(token in line for line in stays.values())}
    back = removed & tokens(contents(project.folder))
    assert not back, f"the user removed, and it came back: {back}"
    assert project.version == f"{world.version}.0.0"
    done = project.state()
    assert done[1] == ""
    assert project.run("upgrade") == 0
    assert project.state() == done
    return True


@pytest.fixture(scope="module")
def copied() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sides, "render", render)
        yield


def test_random_histories_lose_nothing(copied: None, pytestconfig: pytest.Config) -> None:
    number = pytestconfig.getoption("histories")
    outcomes = {True: 0, False: 0}

    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        derandomize=number <= 20,
        phases=(Phase.generate,),  # shrinking takes minutes; a failure names its history as it is
        suppress_health_check=list(HealthCheck),
    )
    @given(histories)
    def live(history: list[tuple[list[Edit], list[Edit]]]) -> None:
        note(f"{history}")
        with tempfile.TemporaryDirectory() as folder:
            world = World(Path(folder))
            user, template = Author("user"), Author("template")
            for step, (users, templates) in enumerate(history):
                before = shutil.copytree(world.skeleton, Path(folder) / f"before-{step}")
                for edit in users:
                    user.edit(world.project.folder, edit)
                world.project.commit()
                for edit in templates:
                    template.edit(world.skeleton, edit)
                world.release()
                clean = check_upgrade(world, before)
                outcomes[clean] += 1
                if not clean:
                    break

    live()
    assert outcomes[True]
    merged, conflicts = outcomes[True], outcomes[False]
    print(f"{number} histories: {merged} upgrades merged, {conflicts} with conflicts")
