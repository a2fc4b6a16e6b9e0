"""A bundle in Python: loaded from its folder, and asked about data frames."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import polars as pl

from ..bundle.read import Bundle, read_bundle
from ..bundle.self_test import self_test
from ..errors import ProjectError
from ..features import Feature
from ..features.columns import read_column, shown
from ..settings import config_file, read_settings
from ..tasks import TASKS
from .inputs import needed
from .predict import BlockPredictor
from .write import class_column

_MOST_FINDINGS = 10


class LoadedModel:
    """A bundle's model: the answers of the service, in the data frames of a notebook or script.

    `features` names what it is asked, and `version` is the bundle's.
    """

    def __init__(self, bundle: Bundle, trusted_types: tuple[str, ...] = ()) -> None:
        """Load a bundle's engine, and let it answer its self-test."""
        self._bundle, self._engine = bundle, bundle.engine(trusted_types)
        self_test(self._engine, bundle.schema, bundle.metadata)
        self.version = bundle.metadata.version
        self.features = [feature.name for feature in bundle.schema.features]

    def predict(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Answer each row.

        Args:
            frame: The columns of features.yaml, in any order; others are ignored. What may be
                missing is NaN or None, or a column that is left out.

        Returns:
            A row for each row, with its index: `class_name` and the probability of each class by
            its flag, or the `prediction` of a regression.

        Raises:
            ProjectError: A column is missing, or a value does not fit, as in a request; or the
                model has no answer for a row.
        """
        schema = self._bundle.schema
        needed("The data frame", list(map(str, frame.columns)), schema, ())
        columns = self._columns(frame)
        with ThreadPoolExecutor(1) as pool:
            predicted = BlockPredictor(self._engine, schema, pool)(columns)
        if predicted.refused:
            row, reason = min(predicted.refused.items())
            raise ProjectError(f"Row {row}: {reason}")
        names = TASKS[schema.task].names(schema.flags)
        answers = pd.DataFrame(predicted.outputs, columns=names, index=frame.index)
        if schema.classes:
            classes = TASKS[schema.task].values(predicted.outputs, schema.classes)
            answers.insert(0, class_column(schema), classes)
        return answers

    def _columns(self, frame: pd.DataFrame) -> pl.DataFrame:
        """Return the features in the model's form, or say what does not fit, of all columns."""
        found, wrong = {}, []
        for k, feature in enumerate(self._bundle.schema.features):
            missing = pd.Series([None] * len(frame), dtype=object)
            read = read_column(feature.rule, frame.get(feature.name, missing))
            left_out = int(read.missing.sum())
            wrong += [] if feature.optional or not left_out else [_lacking(feature, left_out)]
            wrong += [
                f"'{feature.name}': in {each.count:,} of the rows the value {each.reason}, "
                f"first {shown(each.value)} in row {each.row}"
                for each in read.wrong
            ]
            kind = pl.Float64 if feature.numeric else pl.String
            found[f"f{k}"] = pl.Series(read.values.tolist(), dtype=kind)
        if wrong:
            raise ProjectError("\n".join(_sentences(wrong)))
        return pl.DataFrame(found)


def load_model(folder: str | Path = "model_bin") -> LoadedModel:
    """Read, verify and load a bundle, to ask it about data frames.

    In a project's folder, `training.trusted_types` of its config.yaml are trusted.

    Args:
        folder: The bundle's.

    Raises:
        ProjectError: There is none, it is damaged, or it can't be loaded here.
    """
    in_project = Path("pyproject.toml").is_file() and config_file().is_file()
    trusted = read_settings().training.trusted_types if in_project else ()
    return LoadedModel(read_bundle(Path(folder)), trusted)


def _lacking(feature: Feature, count: int) -> str:
    return f"'{feature.name}': {count:,} of the rows have no value, and it is not optional"


def _sentences(wrong: list[str]) -> Iterator[str]:
    yield "The data frame has values that the model is not asked with:"
    yield from (f"  - {each}." for each in wrong[:_MOST_FINDINGS])
    if len(wrong) > _MOST_FINDINGS:
        yield f"  and {len(wrong) - _MOST_FINDINGS:,} more of the kind."
