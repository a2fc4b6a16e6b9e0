"""reports-evaluation/: what was measured, as training's report has it, and the rows left out."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from ..bundle.read import Bundle
from ..counts import counted
from ..features import Features
from ..scoring.explain import Reject, RejectsFile
from ..settings import Settings
from ..tasks import TASKS
from ..training.by_class import section
from ..training.class_pictures import draw_classes
from ..training.figures import Picture
from ..training.model_card import picture_lines
from ..training.pictures import ROWS, draw_residuals
from ..training.rows import Rows
from ..training.split import draw
from .labelled import Labelled
from .measure import Measured

MARK = "rejects.csv"
_REASONS = 20


@dataclass(frozen=True)
class Evaluation:
    """The result; `rows` says which rows, and `read` how many there were."""

    bundle: Bundle
    features: Features
    measured: Measured
    labelled: Labelled
    rows: str
    sha256: str
    read: int
    folder: Path

    @property
    def missed(self) -> list[str]:
        """Say of each threshold of features.yaml that is missed what was found and asked."""
        return self.features.missed(self.measured.metrics)

    @property
    def left_out(self) -> int:
        """The number of records that could not be measured."""
        return sum(count for _, count in self.labelled.reasons())

    def lines(self) -> list[str]:
        """Return it as a person reads it."""
        metadata = self.bundle.metadata
        found = [
            f"bundle     {metadata.name}, version {metadata.version}, engine {metadata.engine}",
            f"rows       {self.counted()} of {self.rows}",
            *(f"left out   {count:,}: {reason}" for reason, count in self.labelled.reasons()[:5]),
            "",
            f"{'':18} {'these rows':>10} {'hold-out':>10} {'simplest':>10}",
        ]
        for name, value in self.measured.metrics.items():
            held = metadata.metrics.get(name)
            shown = "" if held is None else f"{held:.4g}"
            simplest = f"{self.measured.baseline[name]:.4g}"
            asked = self.features.thresholds.get(name, "").strip()
            asked = f"   has to be {asked}" if asked else ""
            found.append(f"{name:18} {value:>10.4g} {shown:>10} {simplest:>10}{asked}")
        return [*found, "", f"report     {self.folder}/evaluation.md"]

    def counted(self) -> str:
        """Say how many rows were measured, and how many they stand for."""
        n, whole = len(self.labelled.truth), len(self.labelled)
        return f"{n:,}" if n == whole else f"{n:,} (which stand for {whole:,})"


def reports_folder(settings: Settings) -> Path:
    """Return where the report goes."""
    reports = settings.paths.reports
    return reports.with_name(f"{reports.name}-evaluation")


def write_rejects(folder: Path, rejects: list[Reject]) -> None:
    """Write rejects.csv: each row that was left out, by line and reason."""
    with (folder / MARK).open("w", encoding="utf-8", newline="") as file:
        RejectsFile(file).add(rejects)


def write_report(folder: Path, found: Evaluation, seed: int) -> None:
    """Write evaluation.md, metrics.json and the pictures.

    Args:
        folder: Where.
        found: What was measured.
        seed: For the rows that are drawn, where they are many.
    """
    metadata = found.bundle.metadata
    figures = {
        "model": metadata.name,
        "version": metadata.version,
        "rows": found.rows,
        "sha256": found.sha256,
        "read": found.read,
        "measured": len(found.labelled.truth),
        "left_out": dict(found.labelled.reasons()),
        **asdict(found.measured),
        "hold_out": metadata.metrics,
        "thresholds_missed": found.missed,
    }
    (folder / "metrics.json").write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    lines = [*_head(found), *_figures(found), *section(found.measured.classes), *_left_out(found)]
    pictures = _draw(folder, found, seed)
    lines += [picture_lines(name, picture) for name, picture in pictures.items()]
    (folder / "evaluation.md").write_text("\n".join(lines), "utf-8")


def _head(found: Evaluation) -> list[str]:
    metadata = found.bundle.metadata
    return [
        f"# {metadata.name}, version {metadata.version}, on labelled rows",
        "",
        f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, as served by `{metadata.engine}`, on "
        f"{found.counted()} of {counted(found.read, 'row')}: {found.rows} "
        f"(SHA-256 `{found.sha256}`).",
        "",
    ]


def _figures(found: Evaluation) -> list[str]:
    metadata, task = found.bundle.metadata, TASKS[found.bundle.schema.task]
    missed = [f"**{each}.**\n" for each in found.missed]
    return [
        "## How good it is",
        "",
        *missed,
        f"| metric | these rows | hold-out of its training | always {task.simplest} | threshold |",
        "|---|---|---|---|---|",
        *(
            f"| {name} | {value:.4g} | {_figure(metadata.metrics.get(name))} "
            f"| {found.measured.baseline[name]:.4g} | {found.features.thresholds.get(name, '')} |"
            for name, value in found.measured.metrics.items()
        ),
        "",
        f"Always {task.simplest}: that of these rows.",
        "",
    ]


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _left_out(found: Evaluation) -> list[str]:
    reasons = found.labelled.reasons()
    if not reasons:
        return []
    rest = len(reasons) - _REASONS
    return [
        "## Rows that were left out",
        "",
        f"{found.left_out:,}; `{MARK}` names each.",
        "",
        "| rows | reason |",
        "|---|---|",
        *(
            f"| {count:,} | {reason.replace('|', chr(92) + '|')} |"
            for reason, count in reasons[:_REASONS]
        ),
        *([f"\nAnd {counted(rest, 'more reason')}."] if rest > 0 else []),
        "",
    ]


def _draw(folder: Path, found: Evaluation, seed: int) -> dict[str, Picture]:
    rows, classes = found.labelled, found.bundle.schema.classes
    whole = Rows(pd.DataFrame(index=range(len(rows.truth))), pd.Series(rows.truth), rows.weight)
    drawn = draw(whole, ROWS, seed)
    note = (
        f"{ROWS:,} of {counted(len(rows), 'row')}, drawn at random. "
        if len(drawn) < len(rows)
        else ""
    )
    truth, outputs = rows.truth[drawn], rows.outputs[drawn]
    if classes:
        return draw_classes(folder, truth.astype(int), outputs, classes, note, "These rows")
    draw_residuals(folder / "residuals.png", outputs[:, 0], truth, "These rows")
    return {"residuals.png": Picture("Residuals", note)}
