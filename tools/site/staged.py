"""The repository's pages as the site has them: elsewhere, with links that fit."""

import os
import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote

from tools.examples import SKELETON

from .markdown import each_link, for_python_markdown

FOLDERS = {"docs": "", f"{SKELETON}/runtime/docs": "manual"}
"""Folders of pages, and of what these show, and where the site has them."""

PAGES = {
    "docs/README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    # Sources, of which the site has pages that are made from them.
    f"{SKELETON}/config.yaml": "reference/settings.md",
    f"{SKELETON}/Makefile": "reference/make.md",
    f"{SKELETON}/runtime/src/model_runtime/features/file.py": "reference/features.md",
    f"{SKELETON}/runtime/src/model_runtime/serving/metrics.py": "reference/metrics.md",
    f"{SKELETON}/runtime/src/model_runtime/bundle/metadata.py": "reference/bundle.md",
    f"{SKELETON}/runtime/src/model_runtime/__init__.py": "reference/api.md",
}
"""Single files, and the pages that the site has in their place."""


class Site:
    """A folder of pages to build a site from."""

    def __init__(self, root: Path, folder: Path, repository: str) -> None:
        """Find all pages.

        Args:
            root: The repository's folder.
            folder: Where the pages go.
            repository: The repository's address; without one, files that are no pages have no link.
        """
        self.root = root.resolve()
        self.folder = folder
        self.repository = repository.rstrip("/")
        self.places = self._found() | {name: PurePosixPath(page) for name, page in PAGES.items()}

    def _found(self) -> dict[str, PurePosixPath]:
        return {
            file.relative_to(self.root).as_posix(): PurePosixPath(
                place, file.relative_to(self.root / source).as_posix()
            )
            for source, place in FOLDERS.items()
            for file in sorted((self.root / source).rglob("*"))
            if file.is_file()
        }

    def write(self, made: Mapping[str, str]) -> None:
        """Write all pages, with those that are made from sources, by their places."""
        for name, place in self.places.items():
            source, target = self.root / name, self.folder / place
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.suffix == ".md":
                text = each_link(source.read_text("utf-8"), partial(self._linked, name))
                target.write_text(for_python_markdown(text), "utf-8")
            elif place.suffix != ".md":
                shutil.copy(source, target)
        for page, text in made.items():
            (self.folder / page).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / page).write_text(text, "utf-8")

    def _linked(self, page: str, words: str, to: str) -> str:
        """Return a page's link as the site has it; the words alone where it would lead nowhere."""
        name, hash_sign, anchor = to.partition("#")
        if not name:
            return f"[{words}]({to})"
        target = Path(self.root, page).parent.joinpath(unquote(name)).resolve()
        inside = target.relative_to(self.root).as_posix()
        if place := self.places.get(inside):
            here = self.places[page].parent
            return f"[{words}]({_relative(place, here)}{hash_sign}{anchor})"
        if target.exists() and self.repository:
            kind = "tree" if target.is_dir() else "blob"
            return f"[{words}]({self.repository}/{kind}/HEAD/{quote(inside)}{hash_sign}{anchor})"
        return words if target.exists() else f"[{words}]({to})"


def _relative(place: PurePosixPath, here: PurePosixPath) -> str:
    return PurePosixPath(os.path.relpath(place, here)).as_posix()
