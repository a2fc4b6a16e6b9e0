"""Links of the repository's pages lead to files and headings that are there."""

import os
import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.support.files import SKELETON
from tools.examples import ROOT

PAGES = sorted(
    page.relative_to(ROOT).as_posix()
    for page in [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("examples/**/*.md"),
        *SKELETON.rglob("*.md"),
    ]
    if not {"node_modules", ".pytest_cache"} & set(page.parts)
)
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)")


def headings(text: str) -> set[str]:
    """Return the anchors that GitHub makes of a page's headings."""
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in found}


@pytest.mark.parametrize("page", PAGES)
def test_a_pages_links_lead_somewhere(page: str) -> None:
    path = ROOT / page
    missing: list[str] = []
    for name, anchor in LINK.findall(path.read_text("utf-8")):
        target: Path = path.parent / unquote(name) if name else path
        there = target.exists() and (not anchor or anchor in headings(target.read_text("utf-8")))
        # GitHub follows no link of the file system, and reads no < in an address.
        followed = Path(os.path.normpath(target)) == target.resolve()
        if not there or not followed or "<" in name:
            missing.append(f"{name}#{anchor}")
    assert not missing
