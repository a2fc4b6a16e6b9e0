"""features.yaml, drafted from a table."""

from dataclasses import dataclass, field

import pandas as pd

from ..counts import counted
from ..errors import ProjectError
from ..tasks import TaskName
from .column import Drafted, LeftOut, draft_column
from .scalar import scalar
from .target import Target, draft_target, find_target

_HEAD = """\
# What the model is asked and what it answers. The API, its documentation and the web page are made
# from this file. Drafted from {source} ({rows}); please check:
#
#   target     the column to predict{guessed}
#   min, max   are round numbers around the data's: what may a request have?
#   optional   is true where the data lack a value
#   leaks      say `leaks: true` of what is known only after the event
#   unit, description   are shown to the API's users: say them
"""

_THRESHOLDS = {"classification": 'accuracy: ">= 0.8"', "regression": 'r2: ">= 0.5"'}


@dataclass(frozen=True)
class Draft:
    """The text of features.yaml, and what there is to be said of it."""

    target: Target
    text: str
    features: int
    left_out: dict[str, str] = field(default_factory=dict)


def draft_features(
    frame: pd.DataFrame,
    source: str,
    target: str = "",
    present: TaskName | None = None,
    task: str = "",
) -> Draft:
    """Draft features.yaml.

    Args:
        frame: The data.
        source: Their name.
        target: The column to predict; left out, the last one.
        present: The project's task.
        task: The task, where it isn't to be told by the target.

    Raises:
        ProjectError: The target can't be predicted, or there is nothing to predict it by.
    """
    if not len(frame):
        raise ProjectError(f"{source} has no rows, and so no target to look at.")
    name = find_target(frame, target)
    found = draft_target(name, frame[name], present, task)
    seen = {other: draft_column(other, frame[other]) for other in map(str, frame) if other != name}
    drafted = {other: each for other, each in seen.items() if isinstance(each, Drafted)}
    left_out = {other: each for other, each in seen.items() if isinstance(each, LeftOut)}
    if not drafted:
        why = "; ".join(f"{scalar(key)}: {value.reason}" for key, value in left_out.items())
        raise ProjectError(
            f"{source} has no column that the target could be told by: {why[:2000]}."
        )
    own_id = next((other for other, each in left_out.items() if each.is_id), None)
    lines = [
        _HEAD.format(
            source=scalar(source),
            rows=counted(len(frame), "row"),
            guessed="" if target else ": the last one, for none was named",
        ),
        *_of_target(found),
        *_of_id(own_id, left_out),
        "",
        "features:",
        *(line for other, each in drafted.items() for line in each.lines(other)),
        *_of_left_out(left_out, own_id),
        *_of_answers(found),
    ]
    reasons = {other: each.reason for other, each in left_out.items()}
    return Draft(found, "\n".join(lines) + "\n", len(drafted), reasons)


def _of_target(target: Target) -> list[str]:
    missing = (
        [f"# It is missing in {counted(target.missing, 'row')}, which are left out."]
        if target.missing
        else []
    )
    return [
        f"target: {scalar(target.name)}",
        f"task: {target.task}  # it {target.why}",
        *(f"# {line}" for line in target.comments),
        *missing,
    ]


def _of_id(name: str | None, left_out: dict[str, LeftOut]) -> list[str]:
    if name is None:
        return ["# id: ID     a field that clients may send to find a prediction again in the log"]
    return [f"id: {scalar(name)}  # {left_out[name].reason}; nothing is learned from it"]


def _of_left_out(left_out: dict[str, LeftOut], own_id: str | None) -> list[str]:
    others = {name: each for name, each in left_out.items() if name != own_id}
    if not others:
        return []
    return [
        "",
        "# Left out; to use one after all, write it under features:",
        *(f"#   {scalar(name)}: {each.reason}" for name, each in others.items()),
    ]


def _of_answers(target: Target) -> list[str]:
    names = [
        "",
        "# Other names for the classes, and for their probabilities in an answer:",
        '# classes: {"1": survived}',
        "# flags: {survived: survived_proba}",
    ]
    return [
        *(names if target.task == "classification" else []),
        "",
        "# What a model has to reach to take the place of the present one, once you know:",
        f"# thresholds: {{{_THRESHOLDS[target.task]}}}",
    ]
