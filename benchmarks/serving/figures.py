"""The figures of a run: medians of its rounds, and ratios of them."""

from collections.abc import Iterable
from statistics import median
from typing import Any

Results = dict[str, Any]


def measured(results: Results) -> dict[str, Any]:
    """Return the servers that were measured, by name."""
    return {name: each for name, each in results["servers"].items() if "missing" not in each}


def rate(server: Any, load: str) -> float:
    """Return answers a second."""
    return float(median(server["loads"][load]["requests_per_second"]))


def milliseconds(server: Any, load: str, figure: str) -> float:
    """Return the `mean`, `p50` or `p99` of the time of an answer."""
    return float(median(server["loads"][load][f"{figure}_ms"]))


def start(server: Any) -> float:
    """Return the seconds from the start to the first answer."""
    return float(median(server["start_seconds"]))


def peers(results: Results, batching: bool | None = None) -> list[Any]:
    """Return the peers that were measured: all, or those that batch or don't."""
    found = [e for name, e in measured(results).items() if not name.startswith(("ours", "echo"))]
    return [each for each in found if batching is None or each["batching"] == batching]


def ratios(results: Results) -> Iterable[tuple[str, float, str]]:
    """Return what is compared, how many times it is as much, and what is aimed at.

    A comparison whose servers were not measured is left out.
    """
    found = measured(results)
    for text, ours, others, load, aim in _COMPARED:
        mine = found.get(ours)
        theirs = [rate(each, load) for each in others(results)]
        if mine and theirs:
            yield text, rate(mine, load) / max(theirs), aim
    if mine := found.get("ours"):
        if starts := [start(each) for each in peers(results)]:
            yield "start, to the quickest peer's", start(mine) / min(starts), "under 0.33"
        call = milliseconds(mine, "1", "mean") / results["call_ms"]
        yield "one request's time, to scikit-learn's own call for a row", call, ""
        if other := found.get("ours-sklearn"):
            yield "start, to that of the engine sklearn", start(mine) / start(other), ""
            size = mine["installed_mb"] / other["installed_mb"]
            yield "installed size, to that of the engine sklearn", size, ""


def _echo(results: Results) -> list[Any]:
    return [each for name, each in measured(results).items() if name == "echo"]


def _plain(results: Results) -> list[Any]:
    return [each for name, each in measured(results).items() if name == "fastapi"]


def _unbatched(results: Results) -> list[Any]:
    return peers(results, batching=False)


def _batching(results: Results) -> list[Any]:
    return peers(results, batching=True)


_COMPARED = (
    (
        "requests/s at 16 connections, to the best unbatched peer",
        "ours",
        _unbatched,
        "16",
        "at least 200",
    ),
    (
        "requests/s at 16 connections, to the best batching peer",
        "ours",
        _batching,
        "16",
        "at least 30",
    ),
    ("requests/s at 64 connections, to the bare echo", "ours", _echo, "64", "at least 0.5"),
    ("requests/s at 1 connection, to the bare echo", "ours", _echo, "1", "at least 0.6"),
    ("requests/s of 100 rows, to the best peer", "ours", peers, "100 rows", "at least 10"),
    (
        "engine sklearn, requests/s at 16 connections, to FastAPI",
        "ours-sklearn",
        _plain,
        "16",
        "at least 8",
    ),
)


_COSTS = {
    "ours-unlogged": ("the prediction log", "less than 0.10"),
    "ours-uncounted": ("counting for `/metrics`", "less than 0.05"),
}
"""The parts that servers are without, and the aim for each."""

ALTERNATED = ("ours", *_COSTS)
"""The servers that are loaded in turns of a second."""


def costs(results: Results) -> Iterable[tuple[str, str, float, str]]:
    """Return what costs something, at which load, the share that it costs, and what is aimed at."""
    found = measured(results)
    whole = found.get("ours", {}).get("turns", {})
    for name, (text, aim) in _COSTS.items():
        for load, rates in found.get(name, {}).get("turns", {}).items():
            pairs = zip(whole.get(load, []), rates, strict=False)
            shares = [1 - mine / without for mine, without in pairs]
            if shares:
                yield text, load, median(shares), aim
