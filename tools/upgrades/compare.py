"""A project's changes of the template's files: as a check, and as a patch for the template."""

import io
import json
import re
import sys
import tempfile
from difflib import get_close_matches, unified_diff
from fnmatch import fnmatchcase
from pathlib import Path

from tools.upgrades.errors import UpgradeError
from tools.upgrades.project import RECORD, Project, Record, covers
from tools.upgrades.render import render
from tools.upgrades.sources import Repository

SKELETON = "<<cookiecutter.project_slug>>"
PUT_BACK = ("package_name", "project_slug", "project_name")


def _rendered(record: Record, repository: Repository, scratch: Path) -> tuple[Path, Path]:
    template = repository.extract(repository.recorded(record), scratch / "template")
    answers = {**record.answers, "_template_address": record.template or ""}
    return template, render(template, answers, scratch / "render")


def edited(project: Project, record: Record, rendered: Path) -> list[str]:
    """Return the template's files that the project changed or removed."""
    found = []
    for file in sorted(path for path in rendered.rglob("*") if path.is_file()):
        path = file.relative_to(rendered).as_posix()
        if path == RECORD or covers(record.user + record.shared, path):
            continue
        mine = project.root / path
        if not mine.is_file() or _content(mine) != _content(file) or _kind(mine) != _kind(file):
            found.append(path)
    return found


def _kind(file: Path) -> tuple[bool, bool]:
    return file.is_symlink(), bool(file.stat().st_mode & 0o100)


def _content(file: Path) -> bytes:
    return file.read_bytes().replace(b"\r\n", b"\n")


def _lines(file: Path) -> list[str]:
    if not file.is_file():
        return []
    text = _content(file).decode("utf-8", errors="replace")
    return list(io.StringIO(text, newline="\n"))  # `splitlines` knows more ends than git does


def _show(old: list[str], new: list[str], before: str, after: str) -> None:
    """Print a difference that `git apply` takes."""
    for line in unified_diff(old, new, before, after):
        end = "" if line.endswith("\n") else "\n\\ No newline at end of file\n"
        sys.stdout.write(f"{line}{end}")


def check(project: Project, repository: Repository) -> int:
    """Name the template's files that were edited by hand; 1 where an edit is not declared."""
    record = project.record()
    declared = project.declared()
    with tempfile.TemporaryDirectory(prefix="template-check-") as scratch:
        _, rendered = _rendered(record, repository, Path(scratch))
        changed = edited(project, record, rendered)
        undeclared = [path for path in changed if not covers(declared, path)]
        for path in undeclared:
            old, new = _lines(rendered / path), _lines(project.root / path)
            _show(old, new, f"template/{path}", f"project/{path}")
    for path in changed:
        how = "removed" if not (project.root / path).is_file() else "edited"
        also = "" if path in undeclared else ", and declared"
        sys.stdout.write(f"{path}: {how}{also}\n")
    if undeclared:
        listed = json.dumps([*declared, *undeclared], ensure_ascii=False)
        sys.stdout.write(
            "\nThese files are the template's, so that an upgrade may conflict in them. An edit "
            "that is meant is declared in pyproject.toml:\n\n"
            f"  [tool.template]\n  edited = {listed}\n"
        )
        return 1
    sys.stdout.write(f"All files of the template are as in {record.version}, or declared.\n")
    return 0


def _sources(template: Path, record: Record) -> dict[str, Path]:
    """Return the skeleton's files by their paths in the project."""
    skeleton = template / SKELETON
    found = {}
    for file in (path for path in skeleton.rglob("*") if path.is_file()):
        path = file.relative_to(skeleton).as_posix()
        for name, answer in record.answers.items():
            path = path.replace(f"<<cookiecutter.{name}>>", answer)
        found[path] = file
    return found


def _copied(template: Path) -> list[str]:
    """Return the patterns of the files without variables, which Cookiecutter only copies."""
    prompts = json.loads((template / "cookiecutter.json").read_text("utf-8"))
    patterns: list[str] = prompts.get("_copy_without_render", [])
    return patterns


def retrofit(project: Project, repository: Repository) -> int:
    """Print what a project changed in the template's files, as a patch of the template."""
    record = project.record()
    left = []
    with tempfile.TemporaryDirectory(prefix="template-diff-") as folder:
        template, rendered = _rendered(record, repository, Path(folder))
        sources = _sources(template, record)
        copied = _copied(template)
        for path in edited(project, record, rendered):
            source, mine = sources.get(path), project.root / path
            if source is None or not mine.is_file() or b"\0" in mine.read_bytes():
                left.append(path)
                continue
            name = source.relative_to(template).as_posix()
            try:
                if any(fnmatchcase(path, pattern) for pattern in copied):
                    new = _lines(mine)
                else:
                    new = _carried(project, record, source, rendered / path, mine)
            except UpgradeError:
                left.append(path)
                continue
            _show(_lines(source), new, f"a/{name}", f"b/{name}")
            if _kind(mine) != _kind(rendered / path):
                left.append(path)
    for path in left:
        sys.stderr.write(f"{path} can't be carried back by itself; look at it by hand.\n")
    return 1 if left else 0


def _carried(
    project: Project, record: Record, source: Path, rendered: Path, mine: Path
) -> list[str]:
    """Merge the change from the rendering to the project into the skeleton's file.

    Both have the variables put back before, so that a change beside one is none of it.
    """
    known = {_plain(line, record): line for line in _lines(source)}
    with tempfile.TemporaryDirectory(prefix="template-diff-") as folder:
        sides = [Path(folder, "rendered"), Path(folder, "mine")]
        for side, file in zip(sides, (rendered, mine), strict=True):
            lines = [_put_back(line, record, known) for line in _lines(file)]
            side.write_bytes("".join(lines).encode())
        done = project.git.run("merge-file", "-p", str(source), *map(str, sides))
    if done.returncode:
        raise UpgradeError(f"{mine} conflicts with the skeleton's file")
    text = done.stdout.replace(b"\r\n", b"\n").decode("utf-8")
    return list(io.StringIO(text, newline="\n"))


def _plain(line: str, record: Record) -> str:
    for name, answer in record.answers.items():
        line = line.replace(f"<< cookiecutter.{name} >>", answer)
    return line


def _put_back(line: str, record: Record, known: dict[str, str]) -> str:
    """Return a line with the variables of the skeleton's line that it is, or is most like."""
    if line in known:
        return known[line]
    like = "".join(known[near] for near in get_close_matches(line, known, n=1))
    for name in sorted(PUT_BACK, key=lambda name: f"cookiecutter.{name}" not in like):
        if answer := record.answers.get(name):
            variable = f"<< cookiecutter.{name} >>"  # has no backslash, which `sub` would take
            line = re.sub(rf"(?<![\w.-]){re.escape(answer)}(?![\w-])", variable, line)
    return line
