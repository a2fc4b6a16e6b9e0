"""Rules for answers, whichever way they come: typed, on a command line, or in somebody's file."""

import json
import re
from pathlib import Path
from typing import Any

from names import LONGEST_PACKAGE, LONGEST_SLUG, is_pythons, is_taken

OWN: dict[str, Any] = json.loads(
    (Path(__file__).resolve().parents[1] / "cookiecutter.json").read_text("utf-8")
)

LINE = (
    r"(?!.*<[<%#])[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff"
    r"\ud800-\udfff]"
)
"""A character of a line: none that ends it, turns its direction, or that YAML can't have."""

PATTERNS = {
    "project_name": (
        rf"(?=[^\W_][^<>]*$){LINE}{{1,60}}",
        "1 to 60 characters on one line, beginning with a letter or digit, without < and >",
    ),
    "project_slug": (
        rf"[a-z]([a-z0-9-]{{0,{LONGEST_SLUG - 2}}}[a-z0-9])?",
        f"1 to {LONGEST_SLUG} lower-case letters, digits or hyphens, beginning with a letter "
        "and not ending with a hyphen (it names the image and the Helm release)",
    ),
    "package_name": (
        rf"[a-z][a-z0-9_]{{0,{LONGEST_PACKAGE - 1}}}",
        f"1 to {LONGEST_PACKAGE} lower-case letters, digits or underscores, beginning with "
        "a letter",
    ),
    "description": (
        f"{LINE}{{1,200}}",
        "one line of 1 to 200 characters, without <<, <% or <#",
    ),
    "author": (f"{LINE}{{1,100}}", "one line of 1 to 100 characters, without <<, <% or <#"),
}

COOKIECUTTERS = {"_template", "_output_dir", "_repo_dir", "_checkout"}
"""Variables that Cookiecutter itself sets, over what any file says."""

UNREAD = {"__prompts__", "_upgrade", "_template_version", "_template_commit", "_template_address"}
"""The template's own that no project is made of: they are read in `cookiecutter.json`."""


def problems(variables: dict[str, Any]) -> list[str]:
    """Say in a sentence each what is wrong with variables, of which some may be missing."""
    answers = {name: variables[name] for name in OWN if name in variables and name[0] != "_"}
    found = [sentence for name in answers if (sentence := _misfit(name, answers[name]))]
    texts = {name: answer for name, answer in answers.items() if isinstance(answer, str)}
    found += [*_taken(texts), *_foreign(variables)]
    return found


def _misfit(name: str, answer: Any) -> str | None:
    """Say what an answer should be, if it is not that."""
    wanted = OWN[name]
    if isinstance(wanted, list):
        fits, wanted = answer in wanted, f"one of {', '.join(wanted)}"
    else:
        pattern, wanted = PATTERNS[name]
        fits = isinstance(answer, str) and bool(re.fullmatch(pattern, answer))
    return None if fits else f"{name}: {shown(answer)} does not fit; it takes {wanted}."


def _taken(answers: dict[str, str]) -> list[str]:
    """Name the answers that are the names of something else."""
    found = []
    package = answers.get("package_name", "")
    if is_pythons(package):
        found.append(
            f"package_name: {package!r} is Python's own name, and the project could not "
            "import both; choose another."
        )
    for name in ("project_slug", "package_name"):
        if is_taken(answers.get(name, "")):
            found.append(
                f"{name}: {answers[name]!r} is the name of a library or folder that the project "
                "needs; choose another."
            )
    return found


def _foreign(variables: dict[str, Any]) -> list[str]:
    """Name the variables that are no answers and not as the template has them."""
    return [
        f"{name}: {shown(value)} is not the template's own value, {shown(OWN[name])}; remove it."
        if name in OWN
        else f"{name}: the template has no such question; remove it."
        for name, value in variables.items()
        if name not in COOKIECUTTERS | UNREAD
        and (name not in OWN or (name[0] == "_" and name[:2] != "__" and value != OWN[name]))
    ]


def shown(value: object) -> str:
    """Return a value as a sentence can hold it."""
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}…"
