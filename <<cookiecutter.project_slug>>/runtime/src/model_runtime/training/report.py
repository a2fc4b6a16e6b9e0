"""The folder reports/: the figures, the model card and its pictures."""

import json
from dataclasses import asdict
from pathlib import Path

from ..tasks import TASKS
from .assemble import Candidate
from .figures import Picture
from .judge import Judged
from .model_card import write_model_card
from .pictures import draw_pictures
from .search_report import write_search

METRICS = "metrics.json"


def refused_reports(folder: Path) -> Path:
    """Return where the reports of a model that misses its thresholds go."""
    return folder.with_name(f"{folder.name}-refused")


def write_reports(folder: Path, candidate: Candidate, seed: int) -> int:
    """Write all reports into a folder and return how many pictures there are.

    Args:
        folder: An empty folder.
        candidate: The model that they are about.
        seed: For the rows that are drawn for the pictures.
    """
    learned, judged = candidate.learned, candidate.judged
    _write_metrics(folder, judged, learned.records.metrics)
    classes = learned.schema.classes
    pictures = draw_pictures(folder, learned.pipeline, learned.parts, classes, seed)
    own = learned.records.draw(folder).items()
    pictures |= {file: Picture(title) for file, title in own}
    more = (
        learned.records.section()
        + learned.encoded.section()
        + (judged.leaks.section() if judged.leaks else [])
    )
    more += learned.data.whole.section() if learned.data.whole else []
    more += write_search(folder, learned.search) if learned.search else []
    write_model_card(folder, candidate.bundle, judged.scores, pictures, more)
    return len(pictures)


def _write_metrics(folder: Path, judged: Judged, recorded: dict[str, float]) -> None:
    """Write metrics.json: the scores, and the thresholds that were missed, in sentences."""
    scores, leaks = judged.scores, judged.leaks
    primary = TASKS[scores.task].primary
    figures = {**asdict(scores), "primary": primary, "thresholds_missed": judged.missed}
    if recorded:
        figures["recorded"] = recorded
    if leaks:
        figures["with_leaks"] = {"features": leaks.features, "hold_out": leaks.hold_out}
    (folder / METRICS).write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
