"""AutoML's results in reports/: automl.json, a table for the model card, a picture."""

import json
from dataclasses import asdict
from itertools import accumulate
from pathlib import Path

from ..automl.session import Found, Trial
from .figures import figure, save

FILE = "automl.json"
PICTURE = "automl.png"
_SHOWN = 10


def write_search(folder: Path, found: Found) -> list[str]:
    """Write automl.json with all trials and draw them; return the model card's section."""
    ranked = found.leaderboard
    figures = {"metric": found.metric, "higher_is_better": found.higher_is_better}
    trials = [{"rank": rank, **asdict(trial)} for rank, trial in enumerate(ranked, 1)]
    text = json.dumps({**figures, "trials": trials}, indent=2)
    (folder / FILE).write_text(text + "\n", "utf-8")
    _draw(folder / PICTURE, found)
    return [
        "## How it was found",
        "",
        f"By FLAML, the best of {len(ranked):,} trials; {FILE} has them all. Scores are of rows "
        "that were held out of those to learn from, so that the hold-out is seen by none.",
        "",
        f"| rank | estimator | configuration | {found.metric} | seconds |",
        "|---|---|---|---|---|",
        *(_row(rank, trial) for rank, trial in enumerate(ranked[:_SHOWN], 1)),
        "",
        f"![Best score over time]({PICTURE})",
        "",
    ]


def _row(rank: int, trial: Trial) -> str:
    config = ", ".join(
        f"{name} {value if isinstance(value, str) else format(value, '.3g')}"
        for name, value in trial.config.items()
    )
    return f"| {rank} | {trial.estimator} | {config} | {trial.score:.4f} | {trial.seconds:.1f} |"


def _draw(path: Path, found: Found) -> None:
    """Draw each estimator's trials and its best score over time, one colour an estimator."""
    drawn, axes = figure(8, 5)
    end = max(trial.began + trial.seconds for trial in found.trials)
    for name in dict.fromkeys(trial.estimator for trial in found.trials):
        trials = [trial for trial in found.trials if trial.estimator == name]
        times = [trial.began + trial.seconds for trial in trials]
        scores = [trial.score for trial in trials]
        best = list(accumulate(scores, max if found.higher_is_better else min))
        label = f"{name}: {best[-1]:.4f}, {len(trials)} trials"
        (line,) = axes.step([*times, end], [*best, best[-1]], where="post", label=label)
        axes.plot(times, scores, ".", color=line.get_color(), alpha=0.4)
    axes.set_xlabel("Seconds")
    axes.set_ylabel(found.metric)
    axes.legend()
    save(drawn, axes, path, "Search: each trial, and each estimator's best so far")
