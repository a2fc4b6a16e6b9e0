"""The cells of the notebook: texts, and code that uses the public names alone."""

from ..tasks import TaskName

Cell = tuple[str, str]
"""The kind, `markdown` or `code`, and the source."""

_BEGIN = """\
# {title}

Yours from now on: `make notebook` writes it once, and opens it. What you find belongs into the four
hooks of `src/{package}/use_case/`: then training, proof, service and reports have it, too."""

_PLACE = """\
import os
from pathlib import Path

import pandas as pd
from model_runtime import load_model

from {package}.use_case.data_loader import DataLoader

# From the project's folder, as `make train` has it.
here = Path.cwd()
os.chdir(next(each for each in (here, *here.parents) if (each / "pyproject.toml").is_file()))
TARGET = {target}"""

_DATA = """\
## The data

As training gets them; `make profile` shows more of them, as a page."""

_ROWS = """\
rows = DataLoader().load_data()
rows.head()"""

_MISSING = """\
pd.DataFrame(
    {"type": rows.dtypes.astype(str), "missing": rows.isna().mean(), "different": rows.nunique()}
)"""

_BALANCE = {
    "classification": "rows[TARGET].value_counts().plot.barh(title=TARGET)",
    "regression": "rows[TARGET].plot.hist(bins=30, title=TARGET)",
}

_MODEL = """\
## The trained model

`make train` writes it. It answers as the service does, by the same engine."""

_ANSWERS = """\
model = load_model()
some = rows.sample(min(len(rows), 1_000), random_state=0)
answers = model.predict(some)
answers.head()"""

_CAUTION = """\
Beside the truth. It has learned from most of these rows, so that it looks better than it is:
`reports/model-card.md` has what it reaches on others."""

_TRUTH = {
    "classification": 'pd.crosstab(some[TARGET], answers.iloc[:, 0], colnames=["answer"])',
    "regression": """\
truth = pd.DataFrame({"truth": some[TARGET], "answer": answers["prediction"]})
truth.plot.scatter("truth", "answer", alpha=0.3)""",
}

_CHANGED = """\
What if one thing were otherwise? A row, with other values of one feature."""

_CHANGE = """\
feature = model.features[0]
values = rows[feature].dropna().sample(5, replace=True, random_state=0)
changed = pd.concat([rows.head(1)] * 5, ignore_index=True)
changed[feature] = values.to_numpy()
changed[[feature]].join(model.predict(changed))"""


def cells(title: str, package: str, target: str, task: TaskName) -> list[Cell]:
    """Return the cells for a project.

    Args:
        title: The project's name.
        package: Its package.
        target: The target, as a literal of Python.
        task: What the model does.
    """
    return [
        ("markdown", _BEGIN.format(title=title, package=package)),
        ("code", _PLACE.format(package=package, target=target)),
        ("markdown", _DATA),
        ("code", _ROWS),
        ("code", _MISSING),
        ("code", _BALANCE[task]),
        ("markdown", _MODEL),
        ("code", _ANSWERS),
        ("markdown", _CAUTION),
        ("code", _TRUTH[task]),
        ("markdown", _CHANGED),
        ("code", _CHANGE),
    ]
