"""Every setting of the project: config.yaml, overridden by the environment."""

import os
import re
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

from .errors import ProjectError, sentences
from .setting_types import (
    EstimatorName,
    Folder,
    Host,
    Metric,
    ModelName,
    Origin,
    RegistryUri,
    RootPath,
    SearchMetric,
    Section,
    ServedModel,
    Token,
)
from .setting_variables import Variables, demand_known
from .settings_delivery import Deployment, Image, Jenkins
from .tasks import BETTER_WHEN_LOW
from .yaml_file import read_yaml

PREFIX = f"{__package__.upper()}_"

_PASSWORD = re.compile("://[^/]*:.*@|[?&][^=]*(pass|pwd|secret|token)[^=]*=", re.IGNORECASE)


class Model(Section):
    """The model's name and description, shown by the service."""

    name: ModelName = "model"
    description: str = ""
    tags: dict[str, str] = Field(default_factory=dict)


class Training(Section):
    """Settings of training."""

    seed: int = Field(default=42, ge=0, lt=2**32)
    test_size: float = Field(default=0.2, gt=0, lt=1)
    folds: int = Field(default=5, ge=0, le=20)
    engine: Literal["auto", "sklearn"] = "auto"
    proof_rows: int = Field(default=20_000, ge=20_000)
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


class Serving(Section):
    """Settings of the service."""

    model: ServedModel = "baked"
    host: Host = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65_535)
    workers: int = Field(default=1, ge=1)
    max_rows: int = Field(default=1_000, ge=1)
    max_body_bytes: int = Field(default=1_048_576, ge=1_024)
    max_connections: int = Field(default=1_000, ge=1, le=1_000_000)
    request_seconds: int = Field(default=30, ge=1, le=86_400)
    keep_alive_seconds: int = Field(default=75, ge=1, le=86_400)
    root_path: RootPath = ""
    drain_seconds: int = Field(default=0, ge=0, le=300)
    shutdown_seconds: int = Field(default=20, ge=0)
    log_predictions: bool = True
    score_as_text: bool = False
    cors_origins: tuple[Origin, ...] = ()
    watch_seconds: float = Field(default=0, ge=0, le=86_400)
    admin_token: Token | None = None

    @model_validator(mode="after")
    def _every_worker_hears_of_a_reload(self) -> Self:
        if self.admin_token and self.workers > 1 and not self.watch_seconds:
            raise ValueError(
                f"POST /admin/reload reaches one of {self.workers} workers; set watch_seconds, "
                "e.g. to 2, for the others to follow, or workers to 1"
            )
        return self


class Registry(Section):
    """The registry of versions, and the metric that compares them."""

    uri: RegistryUri = ""
    metric: Metric = "accuracy"
    direction: Literal["max", "min"] = "max"
    tolerance: float = Field(default=0.01, ge=0)

    @model_validator(mode="after")
    def _direction_is_the_metrics(self) -> Self:
        direction = "min" if self.metric in BETTER_WHEN_LOW else "max"
        if self.direction != direction:
            raise ValueError(
                f"{self.metric} is better when it is {'low' if direction == 'min' else 'high'}: "
                f"set direction to {direction}"
            )
        return self


class Paths(Section):
    """Folders, relative to the project's."""

    bundle: Folder = Path("model_bin")
    reports: Folder = Path("reports")
    registry: Folder = Path("registry")
    client: Folder = Path("client")


class Settings(BaseSettings):
    """The whole of config.yaml. `<PREFIX>SERVING__PORT=9000` overrides `serving.port`."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter="__"
    )

    model: Model = Model()
    training: Training = Training()
    automl: AutoML = AutoML()
    serving: Serving = Serving()
    registry: Registry = Registry()
    paths: Paths = Paths()
    image: Image = Image()
    deployment: Deployment = Deployment()
    jenkins: Jenkins = Jenkins()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then config.yaml."""
        return init_settings, Variables(settings_cls), _ConfigFile(settings_cls, config_file())


class _ConfigFile(YamlConfigSettingsSource):
    """config.yaml, which holds no secrets."""

    def _read_file(self, file_path: Path | Traversable) -> dict[str, Any]:
        return read_yaml(file_path, str(file_path))

    def __call__(self) -> dict[str, Any]:
        values = super().__call__()
        serving, registry = values.get("serving"), values.get("registry")
        if isinstance(serving, dict) and "admin_token" in serving:
            raise ProjectError(
                f"{config_file()}: serving.admin_token: a secret does not belong in a file; "
                f"remove it there and set {PREFIX}SERVING__ADMIN_TOKEN in the environment."
            )
        if isinstance(registry, dict) and _PASSWORD.search(str(registry.get("uri", ""))):
            raise ProjectError(
                f"{config_file()}: registry.uri: a password does not belong in a file; remove it "
                f"there and set {PREFIX}REGISTRY__URI in the environment, or "
                "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD."
            )
        return values


def config_file() -> Path:
    """Return the file with the settings; the environment may name another than config.yaml."""
    return Path(os.environ.get(f"{PREFIX}CONFIG") or "config.yaml")


def read_settings() -> Settings:
    """Read config.yaml and the environment.

    Raises:
        ProjectError: The file is missing or no YAML, or a key or a value does not fit.
    """
    file = config_file()
    if not file.is_file():
        raise ProjectError(f"{file} is not here; run this in the project's folder.")
    demand_known(Settings)
    try:
        return Settings()
    except ValidationError as error:
        raise ProjectError("\n".join(sentences(error, f"{file} or environment"))) from error
