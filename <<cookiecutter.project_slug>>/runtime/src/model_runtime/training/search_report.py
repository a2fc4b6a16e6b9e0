"""AutoML's results in reports/: automl.json, a table for the model card, a picture."""

import json
from dataclasses import asdict
from itertools import accumulate
from pathlib import Path

from ..counts import counted
from .figures import figure, save
from .session import Found, Trial

FILE = "automl.json"
PICTURE = "automl.png"
_SHOWN = 10


def write_search(folder: Path, found: Found) -> list[str]:
    """Write automl.json with all trials and draw them; return the model card's section."""
    ranked = found.leaderboard
    figures = {"metric": found.metric, "higher_is_better": found.higher_is_better}
    trials = [{"rank": rank, **asdict(trial)} for rank, trial in enumerate(ranked, 1)]
    vote = found.vote and {**asdict(found.vote), "taken": found.vote.taken}
    text = json.dumps({**figures, "vote": vote, "trials": trials}, indent=2)
    (folder / FILE).write_text(text + "\n", "utf-8")
    _draw(folder / PICTURE, found)
    return [
        "## How it was found",
        "",
        f"By FLAML, the best of {counted(len(ranked), 'trial')}; {FILE} has them all. Scores are "
        "of rows that were held out of those to learn from, so that the hold-out is seen by none."
        + _ended(found),
        "",
        *_vote(found),
        f"| rank | estimator | configuration | {found.metric} | seconds |",
        "|---|---|---|---|---|",
        *(_row(rank, trial) for rank, trial in enumerate(ranked[:_SHOWN], 1)),
        "",
        f"![Best score over time]({PICTURE})",
        "",
    ]


def _ended(found: Found) -> str:
    most = max(trial.folds for trial in found.trials)
    ended = sum(trial.folds < most for trial in found.trials)
    return f" {ended:,} that could not win were ended before their last fold." if ended else ""


def _vote(found: Found) -> list[str]:
    if (vote := found.vote) is None:
        return []
    told = f"A vote of the best {', '.join(vote.members)} "
    if vote.taken:
        told += (
            f"answers: {found.metric} {vote.score:.4f}, better than the first of them alone by "
            f"{vote.gain:.2g}, which is more than noise ({vote.noise:.2g}). A request takes as "
            "long as with each of them, added up."
        )
    else:
        told += (
            f"was tried: {found.metric} {vote.score:.4f}, no better than the winner by more than "
            f"noise ({vote.gain:.2g}; {vote.noise:.2g})."
        )
    return [told, ""]


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
        label = f"{name}: {best[-1]:.4f}, {counted(len(trials), 'trial')}"
        (line,) = axes.step([*times, end], [*best, best[-1]], where="post", label=label)
        axes.plot(times, scores, ".", color=line.get_color(), alpha=0.4)
    if found.vote:
        taken = "taken" if found.vote.taken else "not taken"
        label = f"vote of {', '.join(found.vote.members)}: {found.vote.score:.4f}, {taken}"
        axes.axhline(found.vote.score, color="gray", linestyle=":", label=label)
    axes.set_xlabel("Seconds")
    axes.set_ylabel(found.metric)
    axes.legend()
    save(drawn, axes, path, "Search: each trial, and each estimator's best so far")
