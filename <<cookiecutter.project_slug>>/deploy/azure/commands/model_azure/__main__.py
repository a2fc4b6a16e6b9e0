"""The command line: `python -m model_azure`."""

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
if __name__ == "__main__":
    app()
