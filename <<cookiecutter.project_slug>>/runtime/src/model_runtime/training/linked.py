"""An environment of some of the packages that are installed here, made of links in milliseconds."""

import csv
import sys
import sysconfig
from collections.abc import Iterable
from contextlib import suppress
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath


def link_environment(folder: Path, packages: Iterable[str]) -> Path:
    """Make a virtual environment of links to what is installed here; return its Python.

    A package that is not installed here is left out.

    Args:
        folder: Where to; it is made.
        packages: The names, as uv.lock writes them.
    """
    base = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    variables = {"base": str(folder), "platbase": str(folder)}
    site = Path(sysconfig.get_path("purelib", "venv", variables))
    python = folder / "bin" / "python"
    for each in (site, python.parent):
        each.mkdir(parents=True)
    python.symlink_to(base)
    configuration = f"home = {base.parent}\ninclude-system-site-packages = false\n"
    (folder / "pyvenv.cfg").write_text(configuration, "utf-8")
    for package in packages:
        with suppress(PackageNotFoundError):
            _link(distribution(package), site)
    return python


def _link(found: Distribution, site: Path) -> None:
    """Link a package's folders, and the files of those that it may share with others."""
    record = csv.reader((found.read_text("RECORD") or "").split("\n"))
    files = [PurePosixPath(row[0]) for row in record if row]
    own = {file.parts[0] for file in files if file.name == "__init__.py" and len(file.parts) == 2}
    for file in files:
        if ".." in file.parts or file.is_absolute():
            continue  # a script, in bin/
        link = site / (file.parts[0] if file.parts[0] in own else file)
        if not link.is_symlink():
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(Path(str(found.locate_file(link.relative_to(site)))).resolve())
