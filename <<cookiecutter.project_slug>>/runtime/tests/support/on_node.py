"""The web page's own modules, run by Node.js."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import model_runtime

CLIENT = Path(model_runtime.__file__).parent / "serving/page_files/client"

BROKEN = "\udcff"
"""Stands on the page for bytes that are no UTF-8."""


def on_node(folder: Path, script: str, given: object) -> Any:
    """Return what a script beside the page's modules prints as JSON; it is given JSON."""
    if not shutil.which("node"):
        pytest.skip("there is no node here")
    shutil.copytree(CLIENT, folder, dirs_exist_ok=True)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "script.js").write_text(script)
    run = subprocess.run(
        ["node", "script.js"],
        cwd=folder,
        input=json.dumps(given),
        capture_output=True,
        check=True,
        text=True,
    )
    return json.loads(run.stdout)
