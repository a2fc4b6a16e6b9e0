"""`make profile`: look at the project's data, or at a table, and write the page."""

from pathlib import Path

import pandas as pd

from ..drafting.run import present_task, read_unknown, table, table_form
from ..drafting.target import draft_target, find_target
from ..errors import ProjectError
from ..features import read_features
from ..files import replacing
from ..settings import Settings
from ..tables.form import AskedForm
from ..training.use_case import UseCase
from ..training.validate import demand_columns
from .page import page
from .profile import About, Profile, profile

PAGE = "profile.html"


def profile_table(source: str, target: str, asked: AskedForm, seed: int) -> Profile:
    """Look at a table, before there is a features.yaml for it.

    Args:
        source: CSV or Parquet.
        target: The column to predict; left out, features.yaml's, or the last one.
        asked: Of CSV's form; what is left out is found.
        seed: For the rows of a sample.

    Raises:
        ProjectError: It can't be read, or has no target.
    """
    path = table(source)
    form = table_form(path, asked)
    frame = read_unknown(path, form)
    if not len(frame):
        raise ProjectError(f"{path} has no rows.")
    name = find_target(frame, target or _known_target(frame))
    task = draft_target(name, frame[name], present_task(), "").task
    return profile(frame, About(str(path), name, task, seed=seed))


def _known_target(frame: pd.DataFrame) -> str:
    try:
        name = read_features().target
    except ProjectError:
        return ""
    return name if name in frame else ""


def profile_own(use_case: UseCase, settings: Settings) -> Profile:
    """Look at the data that a use case's DataLoader loads.

    Raises:
        ProjectError: It can't load them, or they have no rows, or lack a column of features.yaml.
    """
    features, frame = use_case.features, use_case.loaded()
    demand_columns(frame, features)
    known = {each.name: each for each in features.features}
    frame = frame[[*known, features.target]]
    about = About("load_data", features.target, features.task, known, settings.training.seed)
    return profile(frame, about)


def write_profile(found: Profile, settings: Settings) -> Path:
    """Write the page, in place of an earlier one, and return where it is."""
    reports = settings.paths.reports
    folder = reports.with_name(f"{reports.name}-profile")
    with replacing(folder, PAGE) as new:
        (new / PAGE).write_text(page(found), "utf-8")
    return folder / PAGE
