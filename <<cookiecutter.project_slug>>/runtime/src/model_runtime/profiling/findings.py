"""Sentences about all that should be looked at before a training."""

from collections.abc import Iterator

from ..counts import counted
from .column import Column
from .profile import Profile

MUCH_MISSING = 0.4
FEW_ROWS = 200
RARE = 0.05
TOO_MUCH = 0.95
MOST = 12
"""Sentences of one kind."""


def findings(profile: Profile) -> list[str]:
    """Return the sentences, the gravest first; those of a kind beyond a dozen are counted."""
    told: list[str] = []
    for kind in (_of_rows, _of_target, _that_tell, _missing, _odd, _alike, _left_out):
        found = list(kind(profile))
        told += found[:MOST]
        if len(found) > MOST:
            told.append(f"… and {counted(len(found) - MOST, 'more column')} likewise.")
    return told


def _of_rows(profile: Profile) -> Iterator[str]:
    if profile.rows < FEW_ROWS:
        rows = counted(profile.rows, "row is", "rows are")
        yield f"Only {rows} there: what is measured on so few is uncertain."
    if profile.repeated:
        yield (
            f"{counted(profile.repeated, 'row repeats', 'rows repeat')} an earlier one in every "
            f"column, {profile.repeated / profile.looked_at:.1%} of them. Different cases may be "
            "alike; but drop one that is counted twice, else the hold-out has rows that the model "
            "has learned by heart."
        )


def _of_target(profile: Profile) -> Iterator[str]:
    target = profile.target
    if target.missing:
        rows = counted(target.missing, "row")
        yield f"The target is missing in {rows}, which nothing is learned from."
    if target.infinite:
        yield f"The target is infinite in {counted(target.infinite, 'row')}: drop them."
    if profile.task != "classification" or not target.bars:
        return
    all_rows = sum(count for _, count in target.bars) + target.rest
    label, rarest = min(target.bars, key=lambda bar: bar[1])
    if rarest / all_rows < RARE:
        share = f"({rarest / all_rows:.1%})"
        yield (
            f"Only {counted(rarest, f'row {share} is', f'rows {share} are')} of the class {label}: "
            "to answer another one is nearly always right, so look at balanced_accuracy or roc_auc."
        )


def _that_tell(profile: Profile) -> Iterator[str]:
    for name, share in sorted(profile.told.items(), key=lambda pair: -pair[1]):
        if share >= TOO_MUCH:
            yield (
                f"{name} alone tells {share:.0%} of the target. If it is known only after the "
                "event, say `leaks: true` in features.yaml, or leave it out."
            )


def _missing(profile: Profile) -> Iterator[str]:
    for each in sorted(profile.columns, key=lambda column: -column.missing):
        if MUCH_MISSING <= each.share_missing < 1:
            yield f"{each.name} is missing in {each.share_missing:.0%} of the rows."


def _odd(profile: Profile) -> Iterator[str]:
    for each in profile.columns:
        if each.infinite:
            rows = counted(each.infinite, "row")
            yield f"{each.name} is infinite in {rows}, which no request may hold."
        if each.almost_numbers:
            yield (
                f"{each.name} has texts, though most are numbers: the most frequent that is none "
                f"is “{each.almost_numbers[:40]}”. Does it stand for a missing value?"
            )


def _alike(profile: Profile) -> Iterator[str]:
    for first, other in profile.alike:
        yield f"{other} holds the same as {first} in every row: one of them will do."


def _left_out(profile: Profile) -> Iterator[str]:
    unknown: list[Column] = [each for each in profile.columns if each.why]
    for each in unknown:
        yield f"{each.name} is no feature as it is: {each.why}."
