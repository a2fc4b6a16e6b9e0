"""The versions as a table for people."""

from rich.table import Table

from .client import ModelRegistry, Version


def versions_table(registry: ModelRegistry) -> Table:
    """Return a row for each version, newest first, with date, engine, metrics and alias."""
    first = registry.settings.metric
    table = Table(title=f"{registry.name}, in {registry}")
    table.add_column("version", justify="right", no_wrap=True)
    for heading in ("made (UTC)", "engine", "alias", first):
        table.add_column(heading, no_wrap=True)
    table.add_column("other metrics")
    for version in registry.versions():
        table.add_row(
            str(version.number),
            f"{version.created:%Y-%m-%d %H:%M}",
            version.tags.get("engine", ""),
            ", ".join(version.aliases),
            *_figures(version, first),
        )
    return table


def _figures(version: Version, first: str) -> tuple[str, str]:
    metrics = {name: f"{value:.4g}" for name, value in version.metrics.items()}
    main = metrics.pop(first, "")
    return main, ", ".join(f"{name} {value}" for name, value in metrics.items())
