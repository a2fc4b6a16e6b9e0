"""List what an image has installed, as JSON, by its file system.

It runs inside of the image, by its Python and nothing else: `python - < installed.py`.
"""

import json
import os
import platform
import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

_SYSTEMS = {"dev", "proc", "sys"}
_LONGEST = 80
"""Characters of a license's name; some packages have its whole text there."""


def packages(root: Path) -> Iterator[dict[str, Any]]:
    """Yield the Python packages; those in dist-packages are Debian's."""
    for folder in _folders(root):
        for found in distributions(path=[str(folder)]):
            source = json.loads(found.read_text("direct_url.json") or "{}")
            yield {
                "name": re.sub(r"[-_.]+", "-", found.name).lower(),
                "version": found.version,
                "licenses": _licenses(found),
                "tags": re.findall(r"^Tag: (\S+)", found.read_text("WHEEL") or "", re.MULTILINE),
                "local": "dir_info" in source,
                "folder": str(folder),
            }


def _folders(root: Path) -> Iterator[Path]:
    for folder, names, _ in os.walk(root):
        if Path(folder) == root:
            names[:] = set(names) - _SYSTEMS
        if "site-packages" in names:
            yield Path(folder, "site-packages")
            names.remove("site-packages")


def _licenses(found: Distribution) -> list[str]:
    """Return an SPDX expression alone, or names: the package's own, or those of its classifiers."""
    about = found.metadata
    if expression := about.get_all("License-Expression"):
        return [f"SPDX: {expression[0]}"]
    classified = [
        each.rpartition(" :: ")[2]
        for each in about.get_all("Classifier") or []
        if each.startswith("License :: ")
    ]
    name = "".join(about.get_all("License") or []).strip()
    return [name] if name and "\n" not in name and len(name) < _LONGEST else classified


def debian_packages(root: Path) -> Iterator[dict[str, Any]]:
    """Yield the packages that dpkg has installed."""
    status = root / "var/lib/dpkg/status"
    for paragraph in status.read_text("utf-8").split("\n\n") if status.is_file() else ():
        fields = dict(re.findall(r"^([A-Z][\w-]*): *(.*)$", paragraph, re.MULTILINE))
        if not fields.get("Status", "").endswith(" installed"):
            continue
        name: str = fields["Package"]
        yield {
            "name": name,
            "version": fields["Version"],
            "architecture": fields["Architecture"],
            "source": str(fields.get("Source", name)).partition(" ")[0],
            "licenses": _debian_licenses(root / f"usr/share/doc/{name}/copyright"),
        }


def _debian_licenses(file: Path) -> list[str]:
    """Return the names in a copyright file of Debian's machine-readable format."""
    text = file.read_text("utf-8", "replace") if file.is_file() else ""
    if not re.match(r"Format: .*copyright-format", text):
        return []
    return sorted(set(re.findall(r"^License: *(\S.{,79})$", text, re.MULTILINE)))


def installed(root: Path) -> dict[str, Any]:
    """Return all of it."""
    return {
        "python": platform.python_version(),
        "system": platform.freedesktop_os_release(),
        "packages": sorted(packages(root), key=lambda each: (each["name"], each["folder"])),
        "debian": sorted(debian_packages(root), key=lambda each: str(each["name"])),
    }


if __name__ == "__main__":
    json.dump(installed(Path("/")), sys.stdout)
