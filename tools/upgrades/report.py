"""What people read after an upgrade: the summary, the notes of each version, the next steps."""

import re
from pathlib import Path

from tools.upgrades.merge import Outcome
from tools.upgrades.sources import number

WORDS = (("A", "added"), ("M", "changed"), ("T", "changed"), ("R", "renamed"), ("D", "removed"))
SHOWN = 40
FIRST = re.compile(r"(?i)\W*before you deploy")


def summary(outcome: Outcome) -> str:
    """Return the files that an upgrade touches, by what it does to them."""
    lines = []
    for letter, word in WORDS:
        for kind, path, former in sorted(outcome.changes):
            if kind == letter or (kind == "C" and letter == "A"):
                lines.append(f"  {word:<11} {f'{former} -> ' if former else ''}{path}")
    if len(lines) > SHOWN:
        lines = [*lines[:SHOWN], f"  and {len(lines) - SHOWN} more (`git show --stat`)"]
    lines += [f"  {'conflicted':<11} {path}" for path in outcome.conflicted]
    return "\n".join([*lines, f"  {'untouched':<11} {outcome.untouched} files"])


def upgrading(template: Path, before: str, after: str) -> str:
    """Return what each crossed version's changelog says under *Upgrading*.

    What begins with "Before you deploy" comes first.
    """
    file = template / "CHANGELOG.md"
    if not file.is_file():
        return ""
    sections = re.split(r"(?m)^## ", file.read_text("utf-8"))[1:]
    first: list[str] = []
    then: list[str] = []
    for section in sorted(sections, key=lambda text: number(text.split("\n")[0])):
        version = number(section)
        found = re.search(r"(?ms)^### Upgrading\s*\n(.*?)(?=^### |\Z)", section)
        if not found or not version or not number(before) < version <= number(after):
            continue
        title = ".".join(map(str, version))
        for note in re.split(r"\n\n+|\n(?=- )", found[1].strip()):
            (first if FIRST.match(note) else then).append(f"  {title}: {note.removeprefix('- ')}")
    return "\n".join(first + then)
