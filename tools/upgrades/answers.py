"""Recorded answers, as another version of the template asks for them."""

import json
import sys
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.upgrades.errors import UpgradeError

LONGEST = 10_000
"""Characters of an answer; no question takes as many."""


def demand_texts(answers: object, where: str) -> None:
    """Refuse what can be no answers, before anything is made of them.

    Raises:
        UpgradeError: A name or a value is none; it is named.
    """
    if not isinstance(answers, dict):
        raise UpgradeError(f"{where} are {_shown(answers)}, and should be names with texts.")
    for name, answer in answers.items():
        if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
            raise UpgradeError(f"{where} have one to {_shown(name)}, which is no question's name.")
        if not isinstance(answer, str) or len(answer) > LONGEST or not _encodable(answer):
            raise UpgradeError(
                f"{where} have {name}: {_shown(answer)}, which is no text of up to {LONGEST:,} "
                "characters. Correct it, and try again."
            )


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 100 else f"{text[:100]}…"


def _encodable(text: str) -> bool:
    try:
        return bool(text.encode()) or not text
    except UnicodeEncodeError:
        return False


@dataclass
class Settled:
    """Answers for a version, what is left to be asked, and sentences about what changed."""

    answers: dict[str, str]
    missing: dict[str, Any]
    questions: dict[str, Any]
    notes: list[str] = field(default_factory=list)


def settle(recorded: dict[str, str], template: Path, changed: dict[str, str]) -> Settled:
    """Map recorded answers by the table `_upgrade` of a version's `cookiecutter.json`.

    Args:
        recorded: The project's answers.
        template: The version's folder.
        changed: Answers that the user gives at this upgrade.

    Raises:
        UpgradeError: A changed answer is to a question that is not asked, or no choice of it.
    """
    prompts = json.loads((template / "cookiecutter.json").read_text("utf-8"))
    table = prompts.get("_upgrade", {})
    public = {name: value for name, value in prompts.items() if not name.startswith("_")}
    settled = Settled({}, {}, prompts.get("__prompts__", {}))
    for name, answer in recorded.items():
        settled.notes += _map(name, answer, recorded, public, table, settled.answers)
    for name, answer in table.get("before", {}).items():
        if name in public and name not in {*settled.answers, *changed}:
            settled.answers[name] = answer
            settled.notes.append(f"{name} is a new question; {answer!r} is what the project has.")
    for name, value in changed.items():
        choices = public.get(name)
        if choices is None:
            raise UpgradeError(
                f"The template asks nothing called {name!r}. It asks: {', '.join(public)}."
            )
        if isinstance(choices, list) and value not in choices:
            raise UpgradeError(f"{name} is one of {', '.join(choices)}; {value!r} is not.")
        settled.answers[name] = value
    settled.missing = {name: public[name] for name in public if name not in settled.answers}
    return settled


def _map(
    old: str,
    answer: str,
    recorded: dict[str, str],
    public: dict[str, Any],
    table: dict[str, dict[str, Any]],
    answers: dict[str, str],
) -> list[str]:
    """Put an answer where a version asks for it, and return sentences about what changed."""
    name = _along(old, public, table.get("renamed", {}))
    if name not in public:
        return [f"{old} is no longer asked; it was {answer!r}."]
    if name != old and name in recorded:
        return [f"{old} is no longer asked; {name} is answered already."]
    notes = [f"{old} is now called {name}."] if name != old else []
    choices, value = public[name], answer
    if isinstance(choices, list):
        value = _along(answer, choices, table.get("replaced", {}).get(name, {}))
        if value not in choices:
            return [*notes, f"{name}: the choice {answer!r} is gone."]
        if value != answer:
            notes.append(f"{name}: the choice {answer!r} is now {value!r}.")
    answers[name] = value
    return notes


def _along(name: str, known: Collection[str], table: dict[str, str]) -> str:
    """Follow a table, step by step, to what is known."""
    seen = {name}
    found = name
    while found not in known and table.get(found, found) not in seen:
        found = table[found]
        seen.add(found)
    return found if found in known else name


def ask(settled: Settled, defaults: dict[str, str]) -> dict[str, str]:
    """Ask what is missing, with the defaults that a rendering had, and return the answers."""
    given = {}
    for name, choices in settled.missing.items():
        if name not in defaults:  # it is not recorded, so that it would be asked for ever
            continue
        wording = settled.questions.get(name, name)
        if isinstance(wording, dict):
            wording = wording.get("__prompt__", name)
        listed = f" ({', '.join(choices)})" if isinstance(choices, list) else ""
        while True:
            sys.stderr.write(f"New question: {wording}{listed} [{defaults[name]}]: ")
            sys.stderr.flush()
            line = sys.stdin.readline()
            answer = line.strip() or defaults[name]
            if not line or not isinstance(choices, list) or answer in choices:
                break
        given[name] = answer
    return given
