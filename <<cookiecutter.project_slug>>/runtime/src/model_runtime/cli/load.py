"""The commands that put load on a service: a load test."""

import os
from datetime import UTC, datetime
from typing import Annotated

import typer

from ..errors import ProjectError
from ..progress import Progress
from ..project import project
from ..settings import read_settings
from ..terminal import console, failures_told, say

app = typer.Typer()

Key = Annotated[str, typer.Option(envvar="KEY", help="The API key, where it asks for one.")]


@app.command()
def load(
    url: Annotated[str, typer.Option(help="A running service; left out, the local one.")] = "",
    key: Key = "",
    users: Annotated[int, typer.Option(min=1, help="Connections at once.")] = 16,
    seconds: Annotated[int, typer.Option(min=1, help="For how long.")] = 30,
    rate: Annotated[float, typer.Option(min=0, help="Requests a second; 0: all it can.")] = 0,
    rows: Annotated[int, typer.Option(min=1, help="In each request.")] = 1,
    max_p99_ms: Annotated[float | None, typer.Option(help="Fail above it.")] = None,
    min_rate: Annotated[float | None, typer.Option(help="Fail below it.")] = None,
    max_failures: Annotated[int, typer.Option(help="Fail where there are more.")] = 0,
) -> None:
    """Put load on a running service, by requests drawn from its schema, and measure it.

    reports-load/ has a page with plots, the figures as JSON, and JUnit XML. Fails where a limit is
    missed.
    """
    with failures_told():
        settings = read_settings()
        from ..load.limits import Limits
        from ..load.page import busy
        from ..load.report import reports_folder, write_report
        from ..load.run import Load, run
        from ..load.target import find_target

        url = url or f"http://127.0.0.1:{settings.serving.port}"
        key = key or os.environ.get(f"{project().prefix}API_KEY", "")
        target = find_target(url, key, rows, settings, settings.training.seed)
        asked, progress = Load(users, seconds, rate), Progress(console)
        with progress.step("load") as step:
            started = datetime.now(UTC)
            measured = run(target, asked)
            step.found = measured.line()
        checks = list(Limits(max_p99_ms, min_rate, max_failures).checks(measured))
        folder = reports_folder(settings)
        about = asked.about() | target.about() | {"rows in a request": f"{rows}"}
        about |= {"begun": f"{started:%Y-%m-%d %H:%M:%S} UTC"}
        write_report(folder, f"Load test of {target.url}", about, measured, checks)
        for reason, count in measured.failures.most_common(5):
            say(f"  failed   {count:,}: {reason}")
        if note := busy(measured):
            say(f"  note     {note}")
        say(f"  report   {folder / 'load.html'}")
        if missed := [check for check in checks if not check.is_kept]:
            said = "; ".join(f"{check.limit}, but {check.found}" for check in missed)
            raise ProjectError(f"The service misses its limits: {said}.")
