"""The command of API keys."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ..errors import ProjectError
from ..settings import read_settings
from ..terminal import failures_told, say

app = typer.Typer()

_LOCAL = "api-keys.txt"
_HEADING = "# API keys by `make key`: name, end of validity, hash. The service rereads this file.\n"


@app.command()
def key(
    name: Annotated[str, typer.Argument(help="The owner's name, for the log.")] = "",
    days: Annotated[int, typer.Option(help="Until it expires.")] = 365,
    file: Annotated[
        Path | None, typer.Option(help="For its line; left out, the one in config.yaml.")
    ] = None,
) -> None:
    """Make an API key: print it this once, and add its hash to the file that the service reads.

    The key alone is on standard output.
    """
    with failures_told():
        from ..api_key import make_key, own_key_variable

        configured = read_settings().serving.api_keys.file
        lines = file or Path(configured or _LOCAL)
        made, known = make_key(name, days)
        _add(lines, known.line)
        told = Console(stderr=True)
        say(f"The key of '{name}', valid until {known.end}; it is shown this once:", to=told)
        sys.stdout.write(f"{made}\n")
        sys.stdout.flush()
        say(f"Its hash is now a line of {lines}; remove that, and the key is revoked.", to=told)
        if configured != str(lines):
            say(f"Set serving.api_keys.file: {lines} in config.yaml, for the service.", to=told)
        say(f"This project's own clients take a key from {own_key_variable()}.", to=told)
        say("In a cluster, the lines are in a Secret: see runtime/docs/security.md.", to=told)


def _add(file: Path, line: str) -> None:
    """Add a line to the file of keys, which only its owner may read."""
    from ..api_key import read_keys
    from ..files import replacing_file

    with replacing_file(file) as new:
        try:
            before = file.read_text("utf-8") if file.exists() else _HEADING
            read_keys(before)
        except ValueError as error:
            raise ProjectError(f"{file} is no file of keys and stays as it is: {error}.") from error
        new.chmod(0o600)
        new.write_text(f"{before.rstrip()}\n{line}\n", "utf-8")
