"""The versions as tables for people."""

from collections.abc import Sequence

from rich.table import Table

from .client import ModelRegistry, Version
from .prune import Plan


def versions_table(registry: ModelRegistry) -> Table:
    """Return a row for each version, newest first, with date, engine, metrics and alias."""
    table = _table(registry, f"{registry.name}, in {registry}", ("alias",))
    for version in registry.versions():
        table.add_row(*_row(registry, version, ", ".join(version.aliases)))
    return table


def plan_table(registry: ModelRegistry, plan: Plan) -> Table:
    """Return a row for each version that would go."""
    table = _table(registry, f"{registry.name}: would go from {registry}", ())
    for version in plan.gone:
        table.add_row(*_row(registry, version))
    return table


def _table(registry: ModelRegistry, title: str, more: Sequence[str]) -> Table:
    table = Table(title=title)
    table.add_column("version", justify="right", no_wrap=True)
    for heading in ("made (UTC)", "engine", *more, registry.settings.metric):
        table.add_column(heading, no_wrap=True)
    table.add_column("other metrics")
    return table


def _row(registry: ModelRegistry, version: Version, *more: str) -> list[str]:
    metrics = {name: f"{value:.4g}" for name, value in version.metrics.items()}
    main = metrics.pop(registry.settings.metric, "")
    others = ", ".join(f"{name} {value}" for name, value in metrics.items())
    engine = version.tags.get("engine", "")
    return [str(version.number), f"{version.created:%Y-%m-%d %H:%M}", engine, *more, main, others]
