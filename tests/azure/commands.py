"""The commands of a project on Azure, run in this process."""

from typer.testing import CliRunner, Result


def run(*words: str, code: int = 0) -> str:
    """Run a command in the current folder and return its output.

    Args:
        words: The command, without `python -m model_azure`.
        code: The exit code that it has to end with.
    """
    from model_azure.__main__ import app

    done: Result = CliRunner().invoke(app, words, env={"COLUMNS": "200"})
    output = done.output
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, output
    return output
