"""The files that name the template's version."""

import re
from collections.abc import Mapping

SKELETON = "<<cookiecutter.project_slug>>"
CHANGELOG = "CHANGELOG.md"

DECLARED: Mapping[str, str] = {
    "cookiecutter.json": r'(?m)^  "_template_version": "([^"]+)",$',
    "pyproject.toml": r'(?m)^version = "([^"]+)"$',
    f"{SKELETON}/runtime/pyproject.toml": r'(?m)^version = "([^"]+)"$',
    f"{SKELETON}/runtime/src/model_runtime/__init__.py": r'(?m)^__version__ = "([^"]+)"$',
}
"""A pattern for each file that declares the version, once."""

NAMED: Mapping[str, str] = {"README.md": r"--checkout v(\d+\.\d+\.\d+)\b"}
"""A pattern for each page that names the newest release."""


def written(patterns: Mapping[str, str], files: Mapping[str, str], version: str) -> dict[str, str]:
    """Return the files with a version in place of the one that they name."""
    return {name: _put(pattern, files[name], version) for name, pattern in patterns.items()}


def _put(pattern: str, text: str, version: str) -> str:
    def replaced(found: re.Match[str]) -> str:
        start, end = (place - found.start() for place in found.span(1))
        return found[0][:start] + version + found[0][end:]

    return re.sub(pattern, replaced, text)


def lacking(files: Mapping[str, str]) -> list[str]:
    """Say in a sentence each which files don't name the version where it is to be written."""
    return [
        f"{name} has {len(found)} places for the version, and has to have {wanted}: {pattern}"
        for patterns, wanted in ((DECLARED, "one"), (NAMED, "one or more"))
        for name, pattern in patterns.items()
        if not (found := re.findall(pattern, files[name])) or (wanted == "one" and len(found) > 1)
    ]
