"""The page of a run: figures and plots in one file, which needs no other."""

from collections.abc import Iterable, Sequence
from html import escape

from ..html_page import html_page, large
from .limits import Check
from .measured import SHARES, Measured
from .plots import plots
from .resident import Samples

_STYLE = """\
.kept { color: var(--good); }
.missed { color: var(--bad); font-weight: 600; }
.plots { overflow-x: auto; }
svg { width: 100%; min-width: 36rem; height: auto; }
"""

_BODY = """{large}
{note}
<h2>Limits</h2>
<table><tr><th>Limit</th><th>Found</th><td></td></tr>{limits}</table>
<h2>Over time</h2>
<div class="plots" tabindex="0" role="region" aria-label="Plots over time">{plots}</div>
<h2>Times to answer</h2>
<table><tr><th>Share of the answers</th><th>within</th></tr>{times}</table>
{failures}
<h2>The run</h2>
<table>{about}</table>"""

_BUSY = 0.9
"""Share of a core from which on the load test itself is what is slow."""


def page(
    title: str,
    about: dict[str, str],
    measured: Measured,
    checks: Sequence[Check],
    memory: Samples,
) -> str:
    """Return the page of a run; the arguments are those of `write_report`."""
    body = _BODY.format(
        large=_large(measured),
        note=f"<p>{escape(note)}</p>" if (note := busy(measured)) else "",
        limits="".join(map(_limit, checks)),
        plots=plots(measured, memory),
        times=_rows(_times(measured)),
        failures=_failures(measured),
        about="".join(
            f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in about.items()
        ),
    )
    return html_page(title, body, _STYLE)


def busy(measured: Measured) -> str:
    """Say that the load test was at its own end, if it was."""
    if measured.cpu < _BUSY:
        return ""
    return (
        f"The load test took {measured.cpu:.0%} of a core, all that it can: the service may answer "
        "more. Run another one beside it, best on another machine."
    )


def _large(measured: Measured) -> str:
    found = {
        "answers a second": f"{measured.rate:,.0f}",
        "p50": f"{measured.percentile(50) * 1000:.1f} ms",
        "p99": f"{measured.percentile(99) * 1000:.1f} ms",
        "answered": f"{measured.answered:,}",
        "failed": f"{measured.failed:,}",
    }
    return large(found)


def _limit(check: Check) -> str:
    word = "kept" if check.is_kept else "missed"
    return (
        f'<tr><td>{escape(check.limit)}</td><td class="number">{escape(check.found)}</td>'
        f'<td class="{word}">{word}</td></tr>'
    )


def _times(measured: Measured) -> Iterable[tuple[str, str]]:
    for share in SHARES:
        yield f"{share:g} %", f"{measured.percentile(share) * 1000:,.2f} ms"
    yield "all", f"{measured.longest * 1000:,.2f} ms"


def _failures(measured: Measured) -> str:
    if not measured.failures:
        return ""
    found = ((reason, f"{count:,}") for reason, count in measured.failures.most_common(20))
    return (
        f"<h2>Failures</h2><table><tr><th>Reason</th><th>Requests</th></tr>{_rows(found)}</table>"
    )


def _rows(rows: Iterable[tuple[str, str]]) -> str:
    return "".join(
        f'<tr><td>{escape(name)}</td><td class="number">{escape(value)}</td></tr>'
        for name, value in rows
    )
