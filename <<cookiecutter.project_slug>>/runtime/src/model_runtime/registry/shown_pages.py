"""Texts and addresses of MLflow's pages: of a model, a version and its run."""

import re
from urllib.parse import quote

from .addresses import shown

KIND = "mlflow.experimentKind", "custom_model_development"
"""The experiment's tag that says that models are trained in it, and no chats are judged."""

NAME, NOTE = "mlflow.runName", "mlflow.note.content"
"""A run's tags with its name, and with its description in Markdown."""

_TRAINING = "workflowType=machine_learning"
"""The choice of MLflow's pages that are about trainings; it shows those about chats else."""

_MOST = 5_000
"""Characters of a description; MLflow's tables hold no more."""

_TITLE = re.compile(r"\A# [^\n]*\n")
_PICTURE = re.compile(r"(?:^## [^\n]*\n+)?^!\[[^\n]*\n*", re.MULTILINE)
_REST = "\n\nThe whole card, with its pictures: `reports/model-card.md`, among the run's artifacts."


def description(card: str) -> str:
    """Return a model card as MLflow's pages show it.

    They have no pictures beside a text, and of a long one only the first chapters have room.
    """
    text = _PICTURE.sub("", _TITLE.sub("", card)).strip()
    room = _MOST - len(_REST)
    if len(text) > room:
        chapter = text.rfind("\n## ", 1, room)
        text = text[: chapter if chapter > 0 else room].rstrip()
    return text + _REST


def version_page(uri: str, model: str, version: int) -> str:
    """Return the page of a version on a server; nothing where the registry is none."""
    return _page(uri, f"models/{quote(model, '')}/versions/{version}")


def model_page(uri: str, model: str) -> str:
    """Return the page of a model, likewise."""
    return _page(uri, f"models/{quote(model, '')}")


def run_page(uri: str, experiment: str, run: str) -> str:
    """Return the page of a run, likewise."""
    return _page(uri, f"experiments/{experiment}/runs/{run}")


def _page(uri: str, path: str) -> str:
    is_server = uri.startswith(("http://", "https://"))
    return f"{shown(uri).rstrip('/')}/#/{path}?{_TRAINING}" if is_server else ""
