"""The command line: `python -m model_runtime`."""

from .cli import app

app()
