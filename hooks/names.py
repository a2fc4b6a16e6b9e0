"""Names that a project can have: none that its environment has already, and one for every title."""

import builtins
import keyword
import re
import sys
from pathlib import Path

from slugify import slugify

LONGEST_SLUG = 53
"""Characters; Helm takes no longer name of a release."""

LONGEST_PACKAGE = 30
"""Characters; the lines that import it stay short."""

TAKEN = {
    *Path(__file__).with_name("taken_names.txt").read_text("utf-8").split(),
    # Folders and packages of a project, and what Python imports when it starts.
    *("benchmarks", "client", "data", "deploy", "runtime", "src", "test", "tests", "use_case"),
    "model_azure",
    *("sitecustomize", "usercustomize"),
}
"""Names that a project's environment has already (`make taken-names`), as identifiers."""

PYTHONS = {
    *sys.stdlib_module_names,
    *dir(builtins),
    *("aifc", "annotationlib", "asynchat", "asyncore", "audioop", "cgi", "cgitb", "chunk"),
    *("compression", "crypt", "distutils", "imghdr", "imp", "lib2to3", "mailcap", "msilib", "nis"),
    *("nntplib", "ossaudiodev", "pipes", "smtpd", "sndhdr", "spwd", "sunau", "telnetlib", "uu"),
    *("xdrlib",),
}
"""Names that mean something in Python, with what only one of 3.11 to 3.14 has."""


def is_taken(name: str) -> bool:
    """Tell whether a project's environment has something of this name, by whichever spelling."""
    return name.replace("-", "_") in TAKEN


def is_pythons(package: str) -> bool:
    """Tell whether a package's name means something else in Python."""
    return keyword.iskeyword(package) or package in PYTHONS


def project_slug(title: str) -> str:
    """Return the name that is proposed for the repository of a project with this title."""
    words = slugify(re.sub("['\u2019]", "", title))
    if not words[:1].isalpha():
        words = f"model-{words}".rstrip("-")
    slug = _cut(words, "-", LONGEST_SLUG)
    return f"{_cut(slug, '-', LONGEST_SLUG - 6)}-model" if is_taken(slug) else slug


def package_name(slug: str) -> str:
    """Return the name that is proposed for the package of a project with this slug."""
    package = _cut(project_slug(slug).replace("-", "_"), "_", LONGEST_PACKAGE)
    if is_taken(package) or is_pythons(package):
        package = f"{_cut(package, '_', LONGEST_PACKAGE - 6)}_model"
    return package


def _cut(words: str, joint: str, longest: int) -> str:
    """Cut a name between two of its words, or within the first if that is too long."""
    if len(words) <= longest:
        return words
    return words[: longest + 1].rpartition(joint)[0] or words[:longest]
