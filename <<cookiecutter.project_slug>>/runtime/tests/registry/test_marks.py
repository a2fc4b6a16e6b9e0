"""The champion's marks: as aliases, and as tags of versions where a registry has no aliases."""

import pytest

from model_runtime.errors import ProjectError
from model_runtime.registry.client import ModelRegistry
from model_runtime.registry.marks import PROMOTED, Tags
from model_runtime.registry.promote import promote, rollback
from model_runtime.settings import Settings

from ..support.small_cases import FEATURES, case


@pytest.fixture
def registry(settings: Settings) -> ModelRegistry:
    """A registry that keeps nothing but tags of versions, as a workspace of Azure ML."""
    registry = ModelRegistry(settings)
    registry.marks = Tags(registry.client, registry.name, registry.registered_versions)
    return registry


def champion(registry: ModelRegistry) -> int | None:
    found = registry.champion()
    return found.number if found else None


def test_a_champion_by_tags_is_promoted_found_and_rolled_back(
    settings: Settings, registry: ModelRegistry
) -> None:
    with pytest.raises(ProjectError, match="is the champion yet; `make promote` makes one"):
        rollback(registry, FEATURES)
    promote(case(), settings, registry, "1")
    promote(case(), settings, registry, "2", force=True)
    promote(case(), settings, registry, "1")
    assert registry.find("@champion").number == 1
    assert registry.marks.promotions() == [1, 2, 1]
    assert rollback(registry, FEATURES) == 2
    assert registry.find("2").aliases == ("champion",)
    assert rollback(registry, FEATURES) == 1
    assert champion(registry) == 1
    with pytest.raises(ProjectError, match="was champion before"):
        rollback(registry, FEATURES)
    registered = registry.registered()
    assert (registered.aliases, registered.tags) == ({}, {})


def test_a_tag_that_somebody_edited_counts_as_none(
    settings: Settings, registry: ModelRegistry
) -> None:
    promote(case(), settings, registry, "1")
    registry.client.set_model_version_tag(registry.name, "2", PROMOTED, "me, please")
    assert champion(registry) == 1
    with pytest.raises(ProjectError, match="has the alias @staging"):
        registry.find("@staging")
