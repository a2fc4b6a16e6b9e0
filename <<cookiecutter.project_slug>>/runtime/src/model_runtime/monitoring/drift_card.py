"""reports-drift/drift.md: what has drifted since training, in words and tables."""

from datetime import UTC, datetime

from ..counts import counted
from ..training.figures import Picture
from ..training.model_card import picture_lines
from .drift import ALPHA, ColumnDrift, missing_share
from .drift_report import DriftReport, moved

_METHODS = f"""Each column is counted in bins that training made: its deciles, or each of few
values and labels, apart from others and missing ones. PSI is the population stability index; JS is
Jensen and Shannon's distance, 0 for alike and 1 for nothing in common; p is the chance of such
counts without drift, by the chi-square test. A column has drifted where its PSI is at the limit and
p is below {ALPHA} divided by the number of columns: of few rows the PSI is large without any drift.
Features are compared with the rows that the model learned from, answers with those to the hold-out.
Times are UTC."""


def drift_card(report: DriftReport, pictures: dict[str, Picture]) -> str:
    """Return the page.

    Args:
        report: What was found.
        pictures: Each file's name and what it shows.
    """
    metadata, drifted = report.bundle.metadata, report.drifted
    lines = [
        f"# {metadata.name}: drift since version {metadata.version}",
        "",
        f"Looked for {datetime.now(UTC):%Y-%m-%d %H:%M} UTC in "
        f"{counted(report.seen.rows, 'row')} of {report.source}, "
        f"against the training of {metadata.created:%Y-%m-%d}.",
        "",
        f"**{len(drifted)} of {counted(len(report.columns), 'column has', 'columns have')} "
        f"drifted** (PSI of {report.limit:g} or more).",
        "",
        "| | column | rows | PSI | JS | p | missing, training | missing, now | moved most | |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *(_row(each) for each in report.columns),
        "",
        *(picture_lines(name, picture) for name, picture in pictures.items()),
        "## What was left out",
        "",
        *(f"- {reason}" for reason in report.left_out or ["nothing"]),
        "",
        "## Methods",
        "",
        _METHODS,
    ]
    return "\n".join(lines) + "\n"


def _row(each: ColumnDrift) -> str:
    before, now = missing_share(each)
    name, bin_moved = (text.replace("|", r"\|") for text in (each.name, moved(each)))
    return (
        f"| {each.kind} | {name} | {each.rows:,} | {each.psi:.3f} | {each.distance:.3f} "
        f"| {each.p:.2g} | {before:.1%} | {now:.1%} | {bin_moved} "
        f"| {'**drifted**' if each.drifted else ''} |"
    )
