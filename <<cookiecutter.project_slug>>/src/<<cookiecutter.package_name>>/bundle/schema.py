"""What is asked and answered, as training saw it: schema.json, lookup.json, flags.json."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from ..features import Feature
from ..tasks import TaskName

Lookup = dict[str, dict[str, int] | Literal[0]]


class Schema(BaseModel):
    """The features with every label and example filled in, and the classes in their order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: TaskName
    target: str
    id: str | None = None
    features: list[Feature]
    classes: list[str] = []
    flags: list[str] = []

    @property
    def example(self) -> dict[str, int | float | bool | str | None]:
        """A request that the service answers: each feature's example."""
        return {feature.name: feature.example for feature in self.features}

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
