"""features.yaml: what a model is asked and what it answers."""

from collections import Counter
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ..errors import ProjectError, sentences
from ..project import project
from ..tasks import TASKS, TaskName
from ..yaml_file import read_yaml
from .feature import Feature, Name
from .names import Answer
from .thresholds import Threshold, missed, reachable


class Features(BaseModel):
    """The whole of features.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    target: Name
    task: TaskName
    answer: Answer = Answer()
    id: Name | None = None
    weight: Name | None = None
    features: list[Feature] = Field(min_length=1)
    classes: dict[str, Name] = {}
    flags: dict[str, Name] = {}
    thresholds: dict[str, Threshold] = {}

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [feature.name for feature in self.features]
        names += [name for name in (self.target, self.id, self.weight) if name]
        twice = sorted(name for name, count in Counter(names).items() if count > 1)
        if twice:
            raise ValueError(f"these names stand twice: {', '.join(twice)}")
        if self.flags and not TASKS[self.task].has_classes:
            raise ValueError("flags name a classification's probabilities; remove them")
        if self.classes and not TASKS[self.task].has_classes:
            raise ValueError("classes name a classification's classes; remove them")
        if self.answer.names and not TASKS[self.task].has_classes:
            raise ValueError("answer.names are of a classification's classes; remove them")
        if self.answer.unit and TASKS[self.task].has_classes:
            raise ValueError("answer.unit is a regression's; classes have none, remove it")
        if len(set(self.flags.values())) < len(self.flags):
            raise ValueError("two classes have the same flag")
        if self.id in self.flags.values():
            raise ValueError(f"'{self.id}' is the name of the ID and of a flag; rename one")
        if len(set(self.classes.values())) < len(self.classes):
            raise ValueError("two classes have the same name")
        if all(feature.leaks for feature in self.features):
            raise ValueError("every feature leaks; nothing is left to learn from")
        return self

    @model_validator(mode="after")
    def _thresholds_are_of_what_is_measured(self) -> Self:
        known = TASKS[self.task].metrics
        if unknown := sorted(set(self.thresholds) - set(known)):
            raise ValueError(
                f"thresholds: {unknown[0]} is not measured for a {self.task}; "
                f"choose from {', '.join(known)}"
            )
        for name, threshold in self.thresholds.items():
            if not reachable(threshold, *known[name]):
                raise ValueError(f"thresholds: {name} can't be {threshold.strip()}")
        return self

    @property
    def leaking(self) -> list[str]:
        """The names of the features that are known only after the event."""
        return [feature.name for feature in self.features if feature.leaks]

    def missed(self, metrics: Mapping[str, float]) -> list[str]:
        """Say of each threshold that the metrics miss what was found and what was asked."""
        return missed(self.thresholds, metrics)


def read_features(path: Path | None = None) -> Features:
    """Read a features.yaml; the use case's own where no path is given.

    Raises:
        ProjectError: The file is no YAML or does not fit, each finding in a sentence; or the use
            case's folder is not there.
    """
    source = path or _own_folder() / "features.yaml"
    said = read_yaml(source, "features.yaml")
    try:
        return Features.model_validate(said)
    except ValidationError as error:
        raise ProjectError("\n".join(sentences(error, "features.yaml", Features, said))) from error


def _own_folder() -> Traversable:
    use_case = project().use_case
    try:
        return files(use_case)
    except ModuleNotFoundError as error:
        raise ProjectError(
            f"There is no package {use_case}; put its folder back, or name the one that src/ has "
            "under [tool.model-runtime] in pyproject.toml."
        ) from error
