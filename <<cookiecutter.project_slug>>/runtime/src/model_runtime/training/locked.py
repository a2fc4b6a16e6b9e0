"""The packages that a dependency group brings, by uv.lock."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from packaging.markers import Marker

from ..errors import ProjectError

Package = dict[str, Any]


def locked_packages(groups: Iterable[str]) -> set[str]:
    """Return the names of all packages that are installed with some groups and the service's own.

    Raises:
        ProjectError: There is no uv.lock.
    """
    packages = _locked()
    project = next(filter(_is_project, chain.from_iterable(packages.values())))
    wanted = [*project.get("dependencies", [])]
    for group in groups:
        wanted += project.get("dev-dependencies", {}).get(group, [])
    return set(_closure(wanted, packages))


def normal(name: str) -> str:
    """Return a package's name as uv.lock writes it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _closure(wanted: list[Package], packages: dict[str, list[Package]]) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    while wanted:
        each = wanted.pop()
        if "marker" in each and not Marker(each["marker"]).evaluate({"extra": ""}):
            continue
        for extra in ("", *each.get("extra", [])):
            if (each["name"], extra) in seen:
                continue
            seen.add((each["name"], extra))
            for package in packages[each["name"]]:
                if each.get("version", package.get("version")) != package.get("version"):
                    continue
                more = package.get("optional-dependencies", {}).get(extra, []) if extra else []
                wanted += [*more, *([] if extra else package.get("dependencies", []))]
        yield each["name"]


def _is_project(package: Package) -> bool:
    source = package.get("source", {})
    return "." in (source.get("editable"), source.get("virtual"), source.get("directory"))


def _locked() -> dict[str, list[Package]]:
    file = Path("uv.lock")
    if not file.is_file():
        raise ProjectError(
            "There is no uv.lock here, by which the image is installed: `make setup` makes it."
        )
    found: dict[str, list[Package]] = {}
    for package in tomllib.loads(file.read_text("utf-8"))["package"]:
        found.setdefault(package["name"], []).append(package)
    return found
