"""notebooks/start.ipynb, written once."""

import json
from pathlib import Path
from typing import Any

from ..drafting.scalar import quoted
from ..features import read_features
from ..files import replacing_file
from ..project import project
from ..settings import read_settings
from .cells import Cell, cells

FILE = Path("notebooks/start.ipynb")


def write_notebook() -> bool:
    """Write the notebook where there is none, and tell whether it was written.

    Raises:
        ProjectError: features.yaml or config.yaml can't be read, or the notebook not be written.
    """
    if FILE.exists():
        return False
    features = read_features()
    target, settings = quoted(features.target), read_settings()
    found = cells(settings.model.name, project().package, target, features.task)
    with replacing_file(FILE) as part:
        part.write_text(notebook(found), "utf-8")
    return True


def notebook(found: list[Cell]) -> str:
    """Return cells as Jupyter keeps them: nbformat 4.5, nothing executed."""
    written: list[dict[str, Any]] = [
        {"id": f"cell-{k}", "cell_type": kind, "metadata": {}, "source": source}
        | ({"execution_count": None, "outputs": []} if kind == "code" else {})
        for k, (kind, source) in enumerate(found)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    language = {"name": "python", "file_extension": ".py"}
    whole = {
        "cells": written,
        "metadata": {"kernelspec": kernel, "language_info": language},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"
