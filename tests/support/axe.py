"""axe-core, which finds what a page lacks for people who see, hear or use it in other ways."""

import shutil
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.delivery.pipeline_tools import installed

from .commands import run

VERSION = "4.14.1"


@cache
def script() -> str:
    """Return axe-core, installed once for this machine."""

    def install(folder: Path) -> None:
        folder.mkdir()
        options = ("--no-save", "--no-audit", "--no-fund", "--prefix", folder)
        run(shutil.which("npm") or "npm", "install", *options, f"axe-core@{VERSION}", cwd=folder)

    folder = installed(f"axe-core-{VERSION}", install)
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


# All rules run; without it axe-core also describes each element that has passed one.
_RUN = "axe.run({ resultTypes: ['violations'] }).then((found) => found.violations)"


def violations(page: Page) -> list[str]:
    """Return a page's violations of all of axe-core's rules, each with its first places."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(f"{script()};0")  # else Playwright would read all that it made
    found: list[dict[str, Any]] = page.evaluate(_RUN)
    return [
        f"{each['id']} ({each['impact']}): {each['help']}: "
        + "; ".join(f"{node['target'][0]} {node['html'][:120]}" for node in each["nodes"][:3])
        + f" ({len(each['nodes'])})"
        for each in found
    ]
