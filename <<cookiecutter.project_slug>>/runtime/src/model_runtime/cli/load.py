"""The commands that put load on a service: a load test, and a soak."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from ..api_key import own_key
from ..errors import ProjectError
from ..progress import Progress
from ..settings import read_settings
from ..terminal import console, failures_told, say

if TYPE_CHECKING:
    from ..load.limits import Check
    from ..load.measured import Measured
    from ..load.resident import Samples

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
        from ..load.run import Load, run
        from ..load.target import find_target

        url = url or f"http://127.0.0.1:{settings.serving.port}"
        target = find_target(url, key or own_key(), rows, settings, settings.training.seed)
        asked, progress = Load(users, seconds, rate), Progress(console)
        with progress.step("load") as step:
            started = datetime.now(UTC)
            measured = run(target, asked)
            step.found = measured.line()
        about = asked.about() | target.about() | {"rows in a request": f"{rows}"}
        checks = Limits(max_p99_ms, min_rate, max_failures).checks(measured)
        _report("load", f"Load test of {url}", about | _begun(started), measured, [*checks], [])


@app.command()
def soak(
    users: Annotated[int, typer.Option(min=1, help="Connections at once.")] = 16,
    seconds: Annotated[int, typer.Option(min=1, help="For how long.")] = 600,
) -> None:
    """Put the bundle's service under steady load for long, and see that nothing changes.

    It is started for this, and gets 70 % of the requests that it can answer. Fails where one is not
    answered, memory grows or answers take longer in the end. reports-soak/ has the report.
    """
    with failures_told():
        settings = read_settings()
        from ..load.soak import soak as run

        started = datetime.now(UTC)
        found = run(settings, users, seconds, Progress(console))
        about, checks = found.about() | _begun(started), list(found.checks())
        title = f"Soak of {settings.model.name}"
        _report("soak", title, about, found.measured, checks, found.memory)


def _begun(at: datetime) -> dict[str, str]:
    return {"begun": f"{at:%Y-%m-%d %H:%M:%S} UTC"}


def _report(
    kind: str,
    title: str,
    about: dict[str, str],
    measured: "Measured",
    checks: list["Check"],
    memory: "Samples",
) -> None:
    """Write a report and say where it is, and which limits are missed."""
    from ..load.page import busy
    from ..load.report import reports_folder, write_report

    folder = reports_folder(read_settings(), kind)
    write_report(folder, title, about, measured, checks, memory)
    for reason, count in measured.failures.most_common(5):
        say(f"  failed   {count:,}: {reason}")
    if note := busy(measured):
        say(f"  note     {note}")
    say(f"  report   {folder / 'load.html'}")
    if missed := [check for check in checks if not check.is_kept]:
        said = "; ".join(f"{check.limit}, but {check.found}" for check in missed)
        raise ProjectError(f"The service misses its limits: {said}.")
