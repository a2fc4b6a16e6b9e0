"""A rehearsal: a bundle is read, loaded and asked as the image will, before it is called good.

In a process of its own and a folder laid out as the image's: the serving groups' packages and no
others, the locale C, no data, no variables but those that the machine's arithmetic needs.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from ..bundle.engines import Columns
from ..bundle.groups import serving_groups
from ..bundle.missing import Missing
from ..bundle.read import Bundle
from ..bundle.row_answers import Answers, engine_answers
from ..bundle.row_files import read_answers, write_rows
from ..bundle.self_test import self_test
from ..bundle.write import write_bundle
from ..errors import ProjectError
from ..settings import Settings
from .linked import link_environment
from .locked import locked_packages, normal
from .system_libraries import lacking_in_image

PACKAGE = Path(__file__).parent.parent
_KEPT = ("OMP_", "OPENBLAS_", "MKL_", "TMPDIR", "PATH")
"""Prefixes of the environment variables that are kept: arithmetic's, and folders."""

_LAST_WORDS = 2_000


@dataclass(frozen=True)
class Rehearsed:
    """The bundle's answers, by group, and the Debian packages that the image's base lacks."""

    answers: dict[str, Answers]
    system_packages: tuple[str, ...] = ()


def rehearse(bundle: Bundle, groups: Mapping[str, Columns], settings: Settings) -> Rehearsed:
    """Ask a bundle groups of rows where it will serve.

    Raises:
        ProjectError: It would not get ready there; the sentence says why and what to do.
    """
    if not settings.training.as_served:
        return _here(bundle, groups, settings)
    wanted = serving_groups(bundle.metadata.engine, settings)
    packages = locked_packages(wanted)
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as name:
        folder = Path(name)
        python = link_environment(folder / ".venv", packages)
        _lay_out(folder, bundle, groups, settings)
        verdict = _run(python, folder)
        if verdict["refusal"]:
            raise ProjectError(_refusal(verdict, wanted[0], packages))
        return Rehearsed(read_answers(folder / "answers"), lacking_in_image(verdict["libraries"]))


def _here(bundle: Bundle, groups: Mapping[str, Columns], settings: Settings) -> Rehearsed:
    engine = bundle.engine(settings.training.trusted_types)
    self_test(engine, bundle.schema, bundle.metadata)
    return Rehearsed({name: engine_answers(engine, each) for name, each in groups.items()})


def _lay_out(
    folder: Path, bundle: Bundle, groups: Mapping[str, Columns], settings: Settings
) -> None:
    """Put in a folder what the image has in its /app, and the rows."""
    for each in ("src", "rows", "answers", "locales"):
        (folder / each).mkdir()
    (folder / "src" / PACKAGE.name).symlink_to(PACKAGE)
    if settings.paths.client.exists():
        (folder / "client").symlink_to(settings.paths.client.resolve())
    # No secrets; and JSON is YAML.
    kept = {"model": settings.model, "training": settings.training}
    config = {name: section.model_dump(mode="json") for name, section in kept.items()}
    (folder / "config.yaml").write_text(json.dumps(config), "utf-8")
    write_bundle(folder / "model_bin", bundle.model, bundle.schema, bundle.metadata)
    write_rows(folder / "rows", groups)


def _run(python: Path, folder: Path) -> dict[str, Any]:
    """Run the rehearsal and return its verdict."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(_KEPT)}
    # With a folder for locales that is empty, the C library knows only its own.
    clean = {"LC_ALL": "C", "LOCPATH": str(folder / "locales"), "HOME": str(folder)}
    command = [str(python), "-m", f"{PACKAGE.name}.serving.rehearsal"]
    done = subprocess.run(  # noqa: S603
        command,
        cwd=folder,
        env=kept | clean | {"PYTHONPATH": str(folder / "src")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    verdict = folder / "verdict.json"
    if done.returncode or not verdict.is_file():
        raise ProjectError(
            f"Loading the bundle as the image will ended with {done.returncode}: "
            f"{done.stderr.strip()[-_LAST_WORDS:] or 'it says no more'}"
        )
    found: dict[str, Any] = json.loads(verdict.read_text("ascii"))
    return found


def _refusal(verdict: dict[str, Any], group: str, packages: set[str]) -> str:
    if verdict["missing"] is None:
        return f"Where the image serves it, the bundle is refused: {verdict['refusal']}"
    missing = Missing(**verdict["missing"])
    if missing.is_library:
        return missing.sentence("The model", group)
    known = packages_distributions().get(missing.name, [])
    if not known:
        return (
            f"The model needs the module {missing.name}, which the image doesn't have: in it are "
            f"src/{PACKAGE.name}/ and the packages of the group '{group}' in pyproject.toml."
        )
    if normal(known[0]) in packages:
        return f"The model needs {known[0]}, which is not installed whole here: `make setup train`."
    return missing.sentence("The model", group, known[0])
