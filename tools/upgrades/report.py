"""The words after an upgrade: the summary, and the notes of each version."""

import re
from pathlib import Path
from textwrap import indent

from tools.upgrades.merge import Outcome
from tools.upgrades.sources import number

WORDS = (("A", "added"), ("M", "changed"), ("T", "changed"), ("R", "renamed"), ("D", "removed"))
SHOWN = 40
FIRST = re.compile(r"(?i)\W*before you deploy")
FENCE = re.compile(r"(?ms)^ *```.*?^ *```")


def summary(outcome: Outcome, shorten: bool = True) -> str:
    """Return the files that an upgrade touches, by what it does to them."""
    lines = []
    for letter, word in WORDS:
        for kind, path, former in sorted(outcome.changes):
            if kind == letter:
                lines.append(f"  {word:<11} {f'{former} -> ' if former else ''}{path}")
    if shorten and len(lines) > SHOWN:
        lines = [*lines[:SHOWN], f"  and {len(lines) - SHOWN} more (DRY_RUN=1 shows all)"]
    lines += [f"  {'conflicted':<11} {path}" for path in outcome.conflicted]
    return "\n".join([*lines, f"  {'untouched':<11} {outcome.untouched} files"])


def upgrading(template: Path, before: str, after: str) -> str:
    """Return what each crossed version's changelog says under *Upgrading*, oldest first.

    Lines that start with "Before you deploy" come first. Between commits of one version, its
    notes are shown.
    """
    file = template / "CHANGELOG.md"
    if not file.is_file():
        return ""
    old, new = number(before), number(after)
    sections = {
        crossed: text
        for title, text in parts(file.read_text("utf-8"), r"(?m)^## +(.*)$")
        if (crossed := number(title)) and (old < crossed <= new or old == crossed == new)
    }
    first: list[str] = []
    then: list[str] = []
    for crossed, section in sorted(sections.items()):
        for note in notes(section):
            line = f"  {'.'.join(map(str, crossed))}: " + indent(note, "    ").lstrip()
            (first if FIRST.match(note) else then).append(line)
    return "\n".join(["\nUpgrading:", *first, *then, ""]) if first or then else ""


def parts(text: str, heading: str) -> list[tuple[str, str]]:
    """Return titles and texts between headings; those in a block of code are none."""
    hidden = FENCE.sub(lambda block: "`" * len(block[0]), text)
    found = list(re.finditer(heading, hidden))
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [
        (match[1], text[match.end() : end].strip()) for match, end in zip(found, ends, strict=True)
    ]


def notes(section: str) -> list[str]:
    """Return the notes of a version: its list's items, or its paragraphs."""
    for title, text in parts(section, r"(?m)^#{3,4} +(.*)$"):
        if title.strip().lower() == "upgrading":
            split = re.split(r"\n(?=[-*] )|\n\n+(?=[^\s`])", text)
            return [note.strip() for item in split if (note := re.sub(r"^[-*] ", "", item)).strip()]
    return []
