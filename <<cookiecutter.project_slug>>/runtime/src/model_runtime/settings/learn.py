"""The settings of learning: the model's name, its training, and AutoML's search."""

from typing import Literal, Self

from pydantic import Field, model_validator

from ..humanised import humanised
from .types import EstimatorName, ModelName, Parameter, SearchMetric, Section


class Model(Section):
    """The model's name, its title for people, and its description, shown by the service."""

    name: ModelName = "model"
    title: str = ""
    description: str = ""
    tags: dict[str, str] = Field(default_factory=dict)

    @property
    def titled(self) -> str:
        """The title, or the name as people write it."""
        return self.title or humanised(self.name)


class Training(Section):
    """Settings of training."""

    seed: int = Field(default=42, ge=0, lt=2**32)
    test_size: float = Field(default=0.2, gt=0, lt=1)
    folds: int = Field(default=5, ge=0, le=20)
    engine: Literal["auto", "sklearn"] = "auto"
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    trusted_types: tuple[str, ...] = ()
    as_served: bool = True


class AutoML(Section):
    """Limits and candidates of `search`."""

    enabled: bool = False
    time_budget_s: float | None = Field(default=60, gt=0, allow_inf_nan=False)
    max_trials: int | None = Field(default=None, ge=1)
    metric: SearchMetric = "auto"
    estimators: tuple[EstimatorName, ...] = Field(
        default=("histgb", "rf", "extra_tree", "lrl1", "lrl2", "enet"), min_length=1
    )

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.time_budget_s is None and self.max_trials is None:
            raise ValueError("a search without time_budget_s and max_trials would never end")
        return self
