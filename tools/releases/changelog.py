"""A version's section of the changelog: checked, dated, opened."""

import re
from datetime import date

from tools.upgrades.report import notes, parts

HEADING = r"(?m)^## +(.*)$"


def newest(text: str) -> tuple[str, str]:
    """Return the title and the text of the first section; nothing where there is none."""
    return next(iter(parts(text, HEADING)), ("", ""))


def lacking(text: str, version: str) -> list[str]:
    """Say in a sentence each what the first section lacks to be a version's."""
    title, section = newest(text)
    found, wanted = [], f"{version}, unreleased"
    if title != wanted:
        found.append(f"CHANGELOG.md begins with {title!r} and not with the section {wanted!r}.")
    if not notes(section):
        found.append(
            f"CHANGELOG.md says nothing under *Upgrading* in {title!r}: what is asked of a project "
            "that was made before? If nothing, write that."
        )
    return found


def dated(text: str, version: str, today: date) -> str:
    """Return the changelog with the day of a version's release in its title."""
    title = f"## {version}, {today.isoformat()}"
    return re.sub(HEADING, title, text, count=1)


def opened(text: str, version: str) -> str:
    """Return the changelog with a section for the next version."""
    section = f"## {version}, unreleased\n\n### Upgrading\n\n"
    return re.sub(r"(?m)^(?=## )", section, text, count=1)
