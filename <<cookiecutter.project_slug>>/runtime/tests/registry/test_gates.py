"""A version and the champion are compared on the rows that both of their APIs answer."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model_runtime.compiler.prove import columns_of
from model_runtime.errors import ProjectError
from model_runtime.features import Features
from model_runtime.registry.client import ModelRegistry
from model_runtime.registry.comparable import Refused
from model_runtime.registry.fetch import fetched
from model_runtime.registry.gates import Comparison
from model_runtime.registry.promote import promote
from model_runtime.registry.retrain import retrain
from model_runtime.settings import Registry, Settings
from model_runtime.tasks import class_indices
from model_runtime.training.rows import Rows
from model_runtime.training.split import split
from model_runtime.training.use_case import UseCase

from ..support.small_cases import FEATURES, case, customers
from ..support.versions import QUIET, record, settings_for


def with_a_new_label(share: float = 0.2) -> UseCase:
    """Newer data: some customers have a size that was never seen, and they all buy."""
    frame = customers()
    new = frame.index % round(1 / share) == 0
    frame.loc[new, ["Größe", "bought"]] = ["XXL", "yes"]
    return case(frame=frame)


def hold_out_of(use_case: UseCase, settings: Settings) -> tuple[Rows, Any]:
    rows = use_case.rows(use_case.data_loader().load_data())
    options = settings.training
    return split(rows, options.test_size, options.seed, "classification").test, np.unique(rows.y)


def test_rows_that_the_champions_api_refuses_count_for_neither(settings: Settings) -> None:
    registry, use_case = ModelRegistry(settings), with_a_new_label()
    promote(case(), settings, registry, "1")
    assert record(use_case, settings) == 3
    mild = settings.model_copy(update={"registry": Registry(tolerance=1)})
    verdict = promote(use_case, mild, registry, "3")
    rows, labels = hold_out_of(use_case, settings)
    refused = rows.X["Größe"] == "XXL"
    assert 0 < refused.sum() < len(rows)
    assert f"left out of its {len(rows)} rows: the champion's API refuses {refused.sum()}" in str(
        verdict
    )
    assert "'Größe' is 'XXL': it is not a label of this field" in str(verdict)
    assert verdict.comparison is not None
    for number, found in (("1", verdict.comparison.champion), ("3", verdict.comparison.candidate)):
        with fetched(registry, registry.find(number), None) as (_, bundle):
            answers = bundle.engine().run(columns_of(rows.X[~refused]))
        right = labels[class_indices(answers)] == rows.y[~refused]
        assert found == pytest.approx(right.mean())


def test_a_champion_that_refuses_all_rows_is_not_compared(settings: Settings) -> None:
    promote(case(), settings, ModelRegistry(settings), "1")
    older = case(frame=customers().assign(age=121))
    fields = FEATURES.model_dump()
    fields["features"][1]["max"] = 150
    use_case = dataclasses.replace(older, features=Features.model_validate(fields))
    record(use_case, settings)
    sentence = r"no row of the hold-out that both.*'age' is 121: it must.*FORCE=1"
    with pytest.raises(ProjectError, match=sentence):
        promote(use_case, settings, ModelRegistry(settings), "3")


@pytest.mark.slow
def test_retraining_prefers_what_answers_rows_that_the_champion_refuses(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, tolerance=1)
    retrain(case(), settings, QUIET)
    summary = retrain(with_a_new_label(0.05), settings, QUIET).read_text()
    assert "the champion's API refuses" in summary
    assert "**Promoted**" in summary
    assert "**Not promoted**" in retrain(with_a_new_label(0.05), settings, QUIET).read_text()


@pytest.mark.parametrize(
    ("candidate", "champion", "refused", "better"),
    [
        (0.8, 0.7, Refused(100, 0, 0), True),
        (0.7, 0.7, Refused(100, 0, 0), False),
        (0.7, 0.7, Refused(100, 5, 0), True),
        (0.695, 0.7, Refused(100, 5, 0), True),
        (0.6, 0.7, Refused(100, 5, 0), False),
        (0.7, 0.7, Refused(100, 5, 5), False),
        (float("nan"), 0.7, Refused(100, 5, 0), False),
    ],
)
def test_better_is_what_scores_higher_or_answers_more_and_not_worse(
    candidate: float, champion: float, refused: Refused, better: bool
) -> None:
    assert Comparison("accuracy", candidate, champion, 0.01, refused).better == better
