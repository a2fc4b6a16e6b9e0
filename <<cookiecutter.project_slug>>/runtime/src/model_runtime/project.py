"""The project around the library: the name of its package, from which others follow."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .errors import ProjectError

FILE = Path("pyproject.toml")


@dataclass(frozen=True)
class Project:
    """A project, by the name of its own package."""

    package: str

    @property
    def prefix(self) -> str:
        """The beginning of the variables of its settings, such as `TITANIC_`."""
        return f"{self.package.upper()}_"

    @property
    def use_case(self) -> str:
        """The package with the four hooks and features.yaml, such as `titanic.use_case`."""
        return f"{self.package}.use_case"


@cache
def project() -> Project:
    """Return the project of the current folder; it is read once.

    Raises:
        ProjectError: There is no pyproject.toml here, or it names no package of the project.
    """
    try:
        content = tomllib.loads(FILE.read_text("utf-8"))
    except FileNotFoundError as error:
        raise ProjectError(f"{FILE} is not here; run this in the project's folder.") from error
    except (ValueError, OSError) as error:
        raise ProjectError(f"{FILE} can't be read: {error}") from error
    table = content.get("tool", {}).get("model-runtime", {})
    package = table.get("package") if isinstance(table, dict) else None
    if not (isinstance(package, str) and package.isidentifier()):
        raise ProjectError(
            f"{FILE} does not name the project's package; write into it [tool.model-runtime] and "
            'below that package = "…", the name of the folder in src/.'
        )
    return Project(package)
