"""The page docs/benchmarks.md, made of a run's data and nothing else."""

from collections.abc import Iterable, Iterator
from typing import Any

from .candidate import ALONE, TOLERANCE
from .figures import (
    Results,
    costs,
    measured,
    milliseconds,
    rate,
    ratios,
    start,
)

INTRODUCTION = """\
# Benchmarks

Made by `make bench-serving OUTPUT=docs` of [benchmarks.json](benchmarks.json). On another machine
the ratios should hold, the seconds won't.

The forest of the Titanic example (120 trees) behind each server: one process that answers, pinned
to one core, libraries on one thread; `wrk` on another core. Each server was first started alone,
{starts} times; its memory is that of all its processes after a load. Then all were started and
loaded in turns, {seconds} s a load, in {rounds} rounds; those that were not measured were stopped
by a signal. Figures are medians. What a part costs is the median share over {turns} turns of a
second with it and without. Before, each server answered {alone} rows one by one and 100 at
once, equal to the bundle's answers within {tolerance:.0e}. Peers and their options:
[servers.toml](../benchmarks/serving/servers.toml), [peers/](../benchmarks/serving/peers).

{machine}
"""

NOTES = """\
100 rows: requests a second, each with 100 rows, at 16 connections. Installed: the server's
environment, its bytecode included. *This service* checks each row, gives each request an id, counts
it for `/metrics` and logs it, here to the null device; the rows below differ from it by what they
say. No setting switches counting off: there, the methods that count are replaced by nothing
(`uncounted.py`). The Batcomputer's model is boosted trees of three features, two of them texts. The
echo answers with the request's body: HTTP's own cost in Python. scikit-learn's own call for one
row, without HTTP, takes {call_ms:.1f} ms.
"""

BUSY = 0.5
"""Load average of a machine from which on others have disturbed the figures."""


def page(results: Results) -> str:
    """Return the page as Markdown."""
    parts = [
        _introduction(results),
        "## Requests a second\n",
        _table(
            ["served by", "1", "16", "64", "100 rows", "start, s", "memory, MB", "installed, MB"],
            _rates(results),
        ),
        "![Requests a second, by server and connections](images/benchmarks.png)\n",
        NOTES.format(call_ms=results["call_ms"]),
        "## What it is aimed at\n",
        _table(
            ["this service, beside another", "times as much", "aim"],
            ([text, _number(times), aim] for text, times, aim in ratios(results)),
        ),
        _table(
            ["what costs", "at", "share", "aim"],
            ([text, load, f"{share:.1%}", aim] for text, load, share, aim in costs(results)),
        ),
        "## Milliseconds of an answer: mean / p50 / p99\n",
        _table(["served by", "1", "16", "64", "100 rows"], _times(results)),
        "## Versions\n",
        _table(["served by", "packages"], _versions(results), align="---"),
    ]
    return "\n".join(part for part in parts if part).rstrip() + "\n"


def _introduction(results: Results) -> str:
    machine, effort = results["machine"], results["effort"]
    told = (
        f"Measured on {results['date']}: {machine['processor']}, {machine['cores']} cores, "
        f"{machine['memory_gb']} GB; {machine['kernel']}, Python {machine['python']}, "
        f"{machine['wrk']}."
    )
    if machine["load"] > BUSY:
        told += (
            f" **The machine was busy with other things (load {machine['load']}): "
            "these figures are not to be relied on.**"
        )
    if not machine["pinned"]:
        told += " This system can't pin processes to cores: figures of it are not to be compared."
    return INTRODUCTION.format(**effort, alone=ALONE, tolerance=TOLERANCE, machine=told)


def _rates(results: Results) -> Iterator[list[str]]:
    for server in results["servers"].values():
        if "missing" in server:
            yield [server["label"], server["missing"].replace("|", "/"), *[""] * 6]
            continue
        rates = [_number(rate(server, load)) + _failed(server, load) for load in server["loads"]]
        sizes = [f"{server[f'{size}_mb']:,.0f}" for size in ("memory", "installed")]
        yield [server["label"], *rates, f"{start(server):.1f}", *sizes]


def _failed(server: Any, load: str) -> str:
    """Tell how many requests were refused or broken off, if any were."""
    found = server["loads"][load]
    failed = sum(found["refused"]) + sum(found["broken"])
    return f" ({failed:,} failed)" if failed else ""


def _times(results: Results) -> Iterator[list[str]]:
    for server in measured(results).values():
        cells = [
            " / ".join(_number(milliseconds(server, load, name)) for name in ("mean", "p50", "p99"))
            for load in server["loads"]
        ]
        yield [server["label"], *cells]


def _versions(results: Results) -> Iterator[list[str]]:
    """Name the packages that matter of each environment, once."""
    told = set()
    for server in measured(results).values():
        found = server["versions"]
        text = ", ".join(f"{name} {found[name]}" for name in server["named"] if name in found)
        if text not in told:
            yield [server["label"], text]
        told.add(text)


def _number(value: float) -> str:
    """Write three figures, or all before the point."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _table(headings: list[str], rows: Iterable[list[str]], align: str = "---:") -> str:
    """Return a table, or nothing where there are no rows."""
    lines = [*rows]
    if not lines:
        return ""
    head = [headings, ["---", *[align] * (len(headings) - 1)]]
    return "".join(f"| {' | '.join(line)} |\n" for line in [*head, *lines])
