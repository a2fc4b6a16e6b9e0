"""The report of an upgrade, and the mapping of recorded answers."""

import json
from pathlib import Path
from typing import Any

import pytest

from tools.upgrades.answers import settle
from tools.upgrades.report import upgrading

CHANGELOG = """# Changelog

## Unreleased

### Upgrading

- Not yet.

## [0.4.0](https://example.org) - 2026-04-01

### Upgrading

* Before you deploy: stop it.

  A second paragraph.

  ```sh
  make stop

  ### no heading
  ```
* Then start it.

### Added

Nothing.

## Version 0.3.0 (2026-03-01)

#### upgrading

A paragraph.

Another one.

## 0.2.0

### Upgrading

## 0.1.0

### Upgrading

Too old.
"""


def test_notes_are_whole_and_in_order(tmp_path: Path) -> None:
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    shown = upgrading(tmp_path, "0.1.0", "0.4.0")
    assert [line for line in shown.splitlines() if line] == [
        "Upgrading:",
        "  0.4.0: Before you deploy: stop it.",
        "      A second paragraph.",
        "      ```sh",
        "      make stop",
        "      ### no heading",
        "      ```",
        "  0.3.0: A paragraph.",
        "  0.3.0: Another one.",
        "  0.4.0: Then start it.",
    ]
    assert upgrading(tmp_path, "0.4.0", "0.5.0") == ""
    assert "Too old." in upgrading(tmp_path, "0.1.0", "0.1.0")


def settled(
    folder: Path, recorded: dict[str, str], renamed: dict[str, str], **asked: Any
) -> dict[str, str]:
    replaced = {"size": {"0": "1", "1": "2"}}
    table = {"renamed": renamed, "replaced": replaced}
    (folder / "cookiecutter.json").write_text(json.dumps({**asked, "_upgrade": table}))
    return settle(recorded, folder, {}).answers


@pytest.mark.parametrize(
    ("recorded", "answers"),
    [
        ({"a": "x"}, {"c": "x"}),
        ({"b": "x"}, {"c": "x"}),
        ({"a": "x", "c": "y"}, {"c": "y"}),
        ({"c": "y", "a": "x"}, {"c": "y"}),
        ({"size": "0"}, {"size": "2"}),
        ({"size": "9"}, {}),
        ({"d": "x"}, {}),
    ],
)
def test_answers_are_followed_through_all_renamings(
    tmp_path: Path, recorded: dict[str, str], answers: dict[str, str]
) -> None:
    renamed = {"a": "b", "b": "c", "d": "e", "e": "d"}
    assert settled(tmp_path, recorded, renamed, c="", size=["2", "3"]) == answers


@pytest.mark.parametrize(
    ("recorded", "changed", "part"),
    [({}, {}, "yes"), ({"part": "no"}, {}, "no"), ({}, {"part": "no"}, "no")],
)
def test_a_question_about_what_a_project_had_already_is_answered(
    tmp_path: Path, recorded: dict[str, str], changed: dict[str, str], part: str
) -> None:
    asked = {"name": "", "part": ["no", "yes"], "_upgrade": {"before": {"part": "yes"}}}
    (tmp_path / "cookiecutter.json").write_text(json.dumps(asked))
    found = settle({"name": "x", **recorded}, tmp_path, changed)
    assert found.answers == {"name": "x", "part": part}
    assert not found.missing
    told = ["part is a new question; 'yes' is what the project has."]
    assert found.notes == (told if part == "yes" else [])
