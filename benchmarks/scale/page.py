"""The page docs/scale.md, page.md filled in: each number is measured, a value or computed."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..serving.figures import milliseconds, rate, start
from .days import HOURS, SEED, Day
from .pod import Pod, at, rate_at, simulate
from .sources import CONNECTIONS, PROBES_SECONDS, Sources

TEXT = Path(__file__).with_name("page.md")
PERCENTS = (50, 70, 90, 95)

STDOUT_BYTES = 4 * 2**20
"""That wait for standard output: runtime/docs/prediction-log.md."""

ROTATED_BYTES, ROTATED_FILES = 10 * 2**20, 5
"""The kubelet's containerLogMaxSize and containerLogMaxFiles, as they are by default."""

SCRAPE_SECONDS = 30
"""Of the Prometheus operator, by default."""


def page(sources: Sources, days: list[Day], price: float) -> str:
    """Return the page as Markdown."""
    fields = _rates(sources) | _day(sources, days) | _limits(sources, days)
    return TEXT.read_text("utf-8").format(**fields, **_costs(sources, days, price))


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(headings)
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _rates(sources: Sources) -> dict[str, Any]:
    """Return the measured rates, the model fitted to them, and what it says of CPU."""
    pod, rates = sources.pod(), sources.rates
    loads = [*map(str, CONNECTIONS), "100 rows"]
    servers = (("compiled", sources.server), ("engine sklearn", sources.by_engine))
    rows = [
        [name, *(f"{rate(server, load):,.0f}" for load in loads), f"{server['memory_mb']:.0f}"]
        for name, server in servers
    ]
    connections = ("1 connection", "16", "64", "16, 100 rows each", "memory, MB")
    percents = ("CPU", "requests/s of a pod", "for each core requested", "mean, ms", "p99, ms")
    return {
        "rates": _table(("", *connections), rows),
        "first": 1e6 * pod.first,
        "each": 1e6 * pod.each,
        "least": min(rates),
        "most": max(rates),
        "fitted": 16 / (pod.first + 16 * pod.each),
        "measured": rates[16],
        "target": sources.target,
        "factor": pod.capacity / rate_at(pod, sources.target),
        "by_cpu": _table(percents, _by_cpu(pod)),
        **{name: sources.measured[name] for name in ("date", "processor", "load")},
        "mean": milliseconds(sources.server, "1", "mean"),
        "p99": milliseconds(sources.server, "1", "p99"),
    }


def _by_cpu(pod: Pod) -> Iterator[list[str]]:
    asked = {f"{each} %": at(pod, rate_at(pod, each / 100)) for each in PERCENTS}
    asked["97 % of its capacity"] = simulate(pod, 0.97 * pod.capacity, 20_000, SEED)
    for name, each in asked.items():
        rates = f"{each.rate:,.0f}", f"{each.rate / pod.share:,.0f}"
        yield [name, *rates, f"{1e3 * each.mean:.1f}", f"{1e3 * each.p99:.1f}"]


def _day(sources: Sources, days: list[Day]) -> dict[str, Any]:
    """Return the days, and what they were played with."""
    headings = ("requests/s", "busiest second", "max_replicas", "pods, mean", "fewest", "most")
    rows = []
    for day in days:
        pods = [each.pods for each in day.seconds]
        numbers = f"{day.peak:,}", f"{day.most}", f"{day.pods:.1f}", f"{min(pods)}", f"{max(pods)}"
        slow = f"{1e3 * day.slowest:.1f}", f"{day.refused:.2%}"
        rows.append([f"{day.rate:,}", *numbers, *slow])
    return {
        "cpu": sources.deployment["cpu"],
        "replicas": sources.deployment["replicas"],
        "max_replicas": sources.deployment["max_replicas"],
        "waiting": sources.values["serving"]["max_in_flight"],
        "ready": sources.start_seconds,
        "start": start(sources.server),
        "probes": PROBES_SECONDS,
        "days": _table((*headings, "mean of the slowest second, ms", "refused"), rows),
        "highest": days[-1].rate,
    }


def _costs(sources: Sources, days: list[Day], price: float) -> dict[str, Any]:
    headings = ("requests/s", "cores, mean", "cores, most", "GiB, mean", "vCPU hours")
    rows = []
    for day in days:
        most = max(each.pods for each in day.seconds)
        hours = day.pods * sources.cores * HOURS
        millions = day.rate * 3600 * HOURS / 1e6
        of_cores = f"{day.pods * sources.cores:.2f}", f"{most * sources.cores:.2f}"
        memory, money = f"{day.pods * sources.gigabytes:.1f}", hours * price
        costs = f"{hours:,.0f}", f"{money:,.0f}", f"{money / millions:.4f}"
        rows.append([f"{day.rate:,}", *of_cores, memory, *costs])
    table = _table((*headings, f"x {price} a month", "for a million requests"), rows)
    return {"costs": table, "hours": HOURS, "price": price}


def _limits(sources: Sources, days: list[Day]) -> dict[str, Any]:
    """Return what the log's path, the ingress and the registry have to carry."""
    wire, most = sources.wire, max(each.pods for day in days for each in day.seconds)
    of_pod = rate_at(sources.pod(), sources.target) * wire["event_bytes"]
    step, rows = max(map(_largest_step, days)), 100 * rate(sources.server, "100 rows")
    buffer = sources.values["log"]["buffer_mb"]
    names = ("request", "answer", "event", "metrics", "bundle")
    return {name: wire[f"{name}_bytes"] for name in names} | {
        "requests": wire["requests"],
        "model": wire["model"],
        "wire": _wire(wire, days),
        "pod_log": of_pod / 1e3,
        "files": ROTATED_FILES,
        "rotated_mb": ROTATED_BYTES / 2**20,
        "rotated": ROTATED_BYTES * ROTATED_FILES / of_pod / 60,
        "stdout": STDOUT_BYTES / of_pod,
        "forward": buffer * 2**20 / of_pod,
        "buffer": buffer,
        "link": 1e9 / 8 / max(wire["request_bytes"], wire["answer_bytes"]),
        "connections": sources.values["serving"]["max_connections"],
        "rows": rows,
        "together": rows / max(sources.rates.values()),
        "step": step,
        "fetched": step * wire["bundle_bytes"] / 1e6,
        "image": sources.server["installed_mb"],
        "scraped": most * wire["metrics_bytes"] / 1e3,
        "scrape": SCRAPE_SECONDS,
        "highest_pods": most,
    }


def _wire(wire: dict[str, Any], days: list[Day]) -> str:
    rows = []
    for day in days:
        log = day.rate * wire["event_bytes"] / 1e6
        ways = (8e-6 * day.rate * wire[name] for name in ("request_bytes", "answer_bytes"))
        figures = (log, 86.4 * log, *ways)
        rows.append([f"{day.rate:,}", *(f"{each:,.3g}" for each in figures)])
    headings = ("log, MB/s", "log, GB a day", "requests, Mbit/s", "answers, Mbit/s")
    return _table(("requests/s", *headings), rows)


def _largest_step(day: Day) -> int:
    return max(after - before for before, after in pairwise(each.pods for each in day.seconds))
