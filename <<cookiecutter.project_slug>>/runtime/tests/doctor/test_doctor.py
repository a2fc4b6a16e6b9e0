import re

import pytest

from model_runtime.doctor.examine import examine_use_case
from model_runtime.doctor.finding import Finding
from model_runtime.settings import read_settings
from model_runtime.training.use_case import UseCase

from ..support.small_cases import FreePreprocessor, case, spending
from .gallery import GALLERY
from .gallery.broken import Broken
from .gallery.data import sorted_by_target, weighted, without_id

FREE = f"{FreePreprocessor.__module__}.{FreePreprocessor.__name__}"


def found(use_case: UseCase) -> list[Finding]:
    settings = read_settings()
    metric = use_case.task.task.primary
    changed = {
        "registry": settings.registry.model_copy(update={"metric": metric}),
        "training": settings.training.model_copy(update={"trusted_types": (FREE,)}),
    }
    return [*examine_use_case(use_case, settings.model_copy(update=changed))]


def test_the_gallery_has_thirty_different_faults() -> None:
    assert len({each.sentence for each in GALLERY}) >= 30


@pytest.mark.parametrize("broken", GALLERY, ids=lambda each: each.name)
def test_a_fault_is_found_by_its_own_sentence(broken: Broken) -> None:
    problems = [each for each in found(broken.use_case()) if each.kind != "fine"]
    assert len(problems) == 1, problems
    assert re.search(broken.sentence, problems[0].text), problems
    assert problems[0].kind == broken.kind


@pytest.mark.parametrize("healthy", [case, spending, sorted_by_target, without_id, weighted])
def test_a_healthy_use_case_is_fine(healthy: object) -> None:
    assert callable(healthy)
    findings = found(healthy())
    assert {each.kind for each in findings} == {"fine"}, findings
    assert [each.part for each in findings] == ["data", "Preprocessor", "train_model", "compiling"]
