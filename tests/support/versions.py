"""A small template in three versions, which have all that a template may do to a project."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from tools.examples import ROOT

SLUG = "<<cookiecutter.project_slug>>"
PACKAGE = f"{SLUG}/src/<<cookiecutter.package_name>>"
DELIMITERS = json.loads((ROOT / "cookiecutter.json").read_text("utf-8"))["_jinja2_env_vars"]
USERS = ("src/<< cookiecutter.package_name >>/use_case/", "data/", "tests/use_case/")
BINARY = bytes(range(256)) * 4

Files = dict[str, bytes | None]


def lines(word: str, count: int = 20) -> list[str]:
    """Return distinct lines, so that git knows a file again by them."""
    return [f"{word.upper()}_{number} = {number}" for number in range(count)]


def text(*parts: list[str] | str) -> bytes:
    """Join lines to a file's content."""
    flat = [line for part in parts for line in ([part] if isinstance(part, str) else part)]
    return "".join(f"{line}\n" for line in flat).encode()


def prompts(version: str, **more: object) -> bytes:
    """Return a `cookiecutter.json`."""
    asked = {
        "project_name": "Demo",
        "project_slug": "demo",
        "package_name": "demo",
        "task": ["classification", "regression", "ranking"],
        **more,
    }
    hidden = {
        "_template_version": version,
        "_template_commit": "$Format:%H$",
        "_template_address": "",
        "_jinja2_env_vars": DELIMITERS,
    }
    public = {name: value for name, value in asked.items() if value is not None}
    return json.dumps({**public, **hidden}, indent=2).encode()


def record(*names: str, user: Sequence[str] = USERS) -> bytes:
    """Return a `.template.json`."""
    answers = {name: f"answer:{name}" for name in names}
    fields = {
        "template": "<< cookiecutter._template_address >>",
        "version": "<< cookiecutter._template_version >>",
        "commit": "<< cookiecutter._template_commit >>",
        "answers": answers,
        "ownership": {"user": [*user], "shared": ["README.md", "config.yaml", "pyproject.toml"]},
    }
    text = json.dumps(fields, indent=2) + "\n"
    return re.sub(r'"answer:(\w+)"', r"<< cookiecutter.\1 | tojson >>", text).encode()


ASKED = ("project_name", "project_slug", "package_name", "task")

FIRST: Files = {
    ".gitattributes": b"cookiecutter.json export-subst\n",
    "cookiecutter.json": prompts("1.0.0", ci=["jenkins", "none"]),
    "CHANGELOG.md": b"# Changelog\n\n## 1.0.0\n\n### Upgrading\n\nNothing.\n",
    f"{SLUG}/.template.json": record(*ASKED, "ci"),
    f"{SLUG}/.gitignore": b"/ignored/\n*.local\n",
    f"{SLUG}/README.md": text("# << cookiecutter.project_name >>", "", lines("readme")),
    f"{SLUG}/config.yaml": text("task: << cookiecutter.task >>", lines("setting")),
    f"{SLUG}/pyproject.toml": text("[project]", 'name = "<< cookiecutter.project_slug >>"'),
    f"{SLUG}/run.sh": text("#!/bin/sh", "echo << cookiecutter.project_slug >>", lines("run")),
    f"{SLUG}/logo.png": BINARY,
    f"{SLUG}/docs/Über uns.md": text("# Über uns", lines("about")),
    f"{SLUG}/helm/{SLUG}/chart.yaml": text("name: << cookiecutter.project_slug >>", lines("chart")),
    f"{SLUG}/data/README.md": b"Your data.\n",
    f"{SLUG}/tests/use_case/test_use_case.py": b"def test() -> None: ...\n",
    f"{PACKAGE}/__init__.py": b"",
    f"{PACKAGE}/engine.py": text(lines("engine"), 'NAME = "<< cookiecutter.package_name >>"'),
    f"{PACKAGE}/old_name.py": text(lines("renamed")),
    f"{PACKAGE}/doomed.py": text(lines("doomed")),
    f"{PACKAGE}/both.py": text(lines("left"), lines("right", 40)),
    f"{PACKAGE}/use_case/model.py": text(lines("model")),
}

SECOND: Files = {
    "cookiecutter.json": prompts("1.1.0", ci=["jenkins", "none"], author="Nobody"),
    "CHANGELOG.md": b"# Changelog\n\n## 1.1.0\n\n### Upgrading\n\n- Read the second notes.\n",
    f"{SLUG}/.template.json": record(*ASKED, "ci", "author"),
    f"{SLUG}/config.yaml": text(
        "task: << cookiecutter.task >>", lines("setting"), 'author: "<< cookiecutter.author >>"'
    ),
    f"{SLUG}/logo.png": BINARY + b"\0more",
    f"{SLUG}/docs/Über uns.md": text("# Über uns alle", lines("about")),
    f"{PACKAGE}/old_name.py": None,
    f"{PACKAGE}/new_name.py": text(lines("renamed"), "RENAMED = True"),
    f"{PACKAGE}/doomed.py": None,
    f"{PACKAGE}/engine.py": text(
        "FASTER = True", lines("engine"), 'NAME = "<< cookiecutter.package_name >>"'
    ),
    f"{PACKAGE}/added.py": text(lines("added")),
    f"{PACKAGE}/use_case/extra.py": b"EXTRA = None\n",
    f"{PACKAGE}/use_case/model.py": text("NEW = 1", lines("model")),
}

THIRD: Files = {
    "cookiecutter.json": prompts(
        "2.0.0",
        task=["classification", "regression"],
        pipelines=["jenkins", "none"],
        author="Nobody",
        _upgrade={"renamed": {"ci": "pipelines"}, "replaced": {"task": {"ranking": "regression"}}},
    ),
    "CHANGELOG.md": (
        b"# Changelog\n\n## 2.0.0\n\n### Upgrading\n\n- Read the third notes.\n"
        b"- Before you deploy: train anew.\n\n"
        b"## 1.1.0\n\n### Upgrading\n\n- Read the second notes.\n"
    ),
    f"{SLUG}/.template.json": record(*ASKED, "pipelines", "author"),
    f"{PACKAGE}/both.py": None,
    f"{PACKAGE}/left.py": text(lines("left")),
    f"{PACKAGE}/right.py": text(lines("right", 40)),
    f"{SLUG}/run.sh": text("#!/bin/sh", "echo Now << cookiecutter.project_slug >>", lines("run")),
    f"{PACKAGE}/engine.py": text(
        "FASTER = True",
        "FASTEST = True",
        lines("engine"),
        'NAME = "<< cookiecutter.package_name >>"',
    ),
}

VERSIONS = {"v1.0.0": FIRST, "v1.1.0": SECOND, "v2.0.0": THIRD}


def lay(files: Files, folder: Path) -> None:
    """Write a version's files over the one before it."""
    for name, content in files.items():
        file = folder / name
        if content is None:
            file.unlink()
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        if name.endswith(".sh"):
            file.chmod(0o755)
