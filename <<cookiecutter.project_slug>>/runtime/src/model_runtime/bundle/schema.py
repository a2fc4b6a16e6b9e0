"""The questions and answers, as training saw them: schema.json, lookup.json, flags.json."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..counts import counted
from ..features import Answer, Feature
from ..humanised import humanised
from ..tasks import TASKS, TaskName

Lookup = dict[str, dict[str, int] | Literal[0]]


class Schema(BaseModel):
    """The features with every label and example filled in, and the classes in their order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: TaskName
    target: str
    answer: Answer = Answer()
    id: str | None = None
    features: list[Feature] = Field(min_length=1)
    classes: list[str] = []
    flags: list[str] = []

    @model_validator(mode="after")
    def _can_be_asked_and_answered(self) -> Self:
        for names in ([feature.name for feature in self.features], self.classes, self.flags):
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"these names stand twice: {', '.join(twice)}")
        for feature in self.features:
            if feature.example is None:
                raise ValueError(f"'{feature.name}' has no example")
            if feature.type == "category" and not feature.labels:
                raise ValueError(f"'{feature.name}' is a category without labels")
        if len(self.classes) != len(self.flags):
            raise ValueError(
                f"{counted(len(self.classes), 'class has', 'classes have')} "
                f"{counted(len(self.flags), 'flag')}"
            )
        if TASKS[self.task].has_classes != bool(self.classes):
            raise ValueError(f"a {self.task} with {counted(len(self.classes), 'class', 'classes')}")
        return self

    @property
    def example(self) -> dict[str, int | float | bool | str | None]:
        """A request that the service answers: each feature's example."""
        return {feature.name: feature.example for feature in self.features}

    @property
    def title(self) -> str:
        """The target's name for people."""
        return self.answer.label or humanised(self.target)

    def lookup(self) -> Lookup:
        """Return each feature's labels and their codes; 0 for a feature without labels."""
        return {
            feature.name: {label: code for code, label in enumerate(feature.labels)}
            if feature.labels is not None
            else 0
            for feature in self.features
        }

    def flag_columns(self) -> dict[str, int]:
        """Return each flag's column among the probabilities."""
        return {flag: column for column, flag in enumerate(self.flags)}
