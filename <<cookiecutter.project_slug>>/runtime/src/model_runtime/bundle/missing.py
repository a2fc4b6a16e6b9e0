"""Sentences about what a model needs and a machine doesn't have: a package, a system library."""

import re
from dataclasses import dataclass
from typing import Self

from ..errors import ProjectError

_LIBRARY = re.compile(r"(\S+\.so[.\d]*): cannot open shared object file")


@dataclass(frozen=True)
class Missing:
    """A module that can't be imported, or a shared library that the system doesn't have."""

    name: str
    is_library: bool = False

    @classmethod
    def of(cls, error: BaseException) -> Self | None:
        """Return the module that an error, or its cause, misses; None for other errors."""
        seen: BaseException | None = error
        while seen is not None:
            if isinstance(seen, OSError | ImportError) and (found := _LIBRARY.search(str(seen))):
                return cls(found[1].rpartition("/")[2], is_library=True)
            if isinstance(seen, ModuleNotFoundError) and seen.name:
                return cls(seen.name.partition(".")[0])
            seen = seen.__cause__ or seen.__context__
        return None

    def sentence(self, subject: str, group: str, package: str | None = None) -> str:
        """Say what is missing and what to do.

        Args:
            subject: What needs it, e.g. "This bundle's model".
            group: The dependency group that it has to be in.
            package: Its name in the package registry, where that is known.
        """
        if self.is_library:
            debian = debian_package(self.name)
            return (
                f"{subject} needs the system library {self.name}, which is not here: install it "
                f"(on Debian: apt-get install {debian}); for the images add {debian} to "
                "image.system_packages in config.yaml."
            )
        wanted = package or self.name
        return (
            f"{subject} needs {wanted}, and the group '{group}' of pyproject.toml, which the image "
            f"installs, does not bring it: `uv add --group {group} {wanted}`, then "
            "`make setup train`."
        )


class Lacking(ProjectError):
    """Something can't be loaded here, for want of a package or a library."""

    def __init__(self, missing: Missing, subject: str, group: str) -> None:
        """Say so in a sentence; see `Missing.sentence`."""
        super().__init__(missing.sentence(subject, group))
        self.missing = missing


def lacking(error: Exception, subject: str, group: str) -> ProjectError:
    """Turn what an import or a load has raised into an error that its reader can fix."""
    if missing := Missing.of(error):
        return Lacking(missing, subject, group)
    reason = " ".join(str(error).split())
    return ProjectError(f"{subject} can't be loaded here: {type(error).__name__}: {reason}")


def debian_package(library: str) -> str:
    """Return the package that has a library, by Debian's rule for its name (policy, 8.1).

    The library's name and its version, parted by a hyphen where the name ends with a digit:
    libgomp.so.1 is in libgomp1.
    """
    name, _, version = library.lower().replace("_", "-").partition(".so")
    version = version.strip(".").partition(".")[0]
    return f"{name}-{version}" if version and name[-1:].isdigit() else f"{name}{version}"
