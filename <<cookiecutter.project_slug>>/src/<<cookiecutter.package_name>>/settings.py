"""Every setting of the project: config.yaml, overridden by the environment."""

import os
import re
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    YamlConfigSettingsSource,
)

from .errors import ProjectError, sentences

PREFIX = f"{__package__.upper()}_"

# What a browser's Origin header says (RFC 6454): no path, host in lower case.
_ORIGIN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^/?#@\sA-Z]+")


def _is_origin(text: str) -> str:
    if not _ORIGIN.fullmatch(text):
        raise ValueError(
            f"'{text}' is no origin; write one as browsers send it, like 'https://example.org' "
            "(lower case, no path, no slash at its end), 'null' or '*'"
        )
    return text


Origin = Annotated[str, AfterValidator(_is_origin)]


class Section(BaseModel):
    """A part of config.yaml; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Model(Section):
    """What the service says of itself."""

    name: str = Field(default="model", min_length=1)
    description: str = ""
    tags: dict[str, str] = {}


class Training(Section):
    """How a bundle is made."""

    seed: int = Field(default=42, ge=0, lt=2**32)
    test_size: float = Field(default=0.2, gt=0, lt=1)
    folds: int = Field(default=5, ge=0, le=20)
    engine: Literal["auto", "sklearn"] = "auto"
    proof_rows: int = Field(default=20_000, ge=20_000)
    trusted_types: tuple[str, ...] = ()


class Serving(Section):
    """How a bundle is served."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65_535)
    workers: int = Field(default=1, ge=1)
    max_rows: int = Field(default=1_000, ge=1)
    max_body_bytes: int = Field(default=1_048_576, ge=1_024)
    shutdown_seconds: int = Field(default=20, ge=0)
    log_predictions: bool = True
    cors_origins: tuple[Origin, ...] = ()


class Paths(Section):
    """Where things lie, as seen from the project's folder."""

    bundle: Path = Path("model_bin")
    reports: Path = Path("reports")
    client: Path = Path("client")


class Settings(BaseSettings):
    """The whole of config.yaml. `<PREFIX>SERVING__PORT=9000` overrides `serving.port`."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter="__"
    )

    model: Model = Model()
    training: Training = Training()
    serving: Serving = Serving()
    paths: Paths = Paths()

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
        return init_settings, env_settings, YamlConfigSettingsSource(settings_cls, _config_file())


def _config_file() -> Path:
    return Path(os.environ.get(f"{PREFIX}CONFIG", "config.yaml"))


def read_settings() -> Settings:
    """Read config.yaml and the environment.

    Raises:
        ProjectError: The file is missing or no YAML, or a key or a value does not fit.
    """
    file = _config_file()
    if not file.is_file():
        raise ProjectError(f"{file} is not here; run this in the project's folder.")
    if stray := [name for name in os.environ if name.startswith(PREFIX) and not _known(name)]:
        raise ProjectError(f"{stray[0]} is in the environment, but {file} has no such setting.")
    try:
        return Settings()
    except yaml.YAMLError as error:
        raise ProjectError(f"{file} is not YAML: {error}") from error
    except ValidationError as error:
        raise ProjectError("\n".join(sentences(error, f"{file} or environment"))) from error
    except SettingsError as error:
        raise ProjectError(
            f"A list in the environment is not JSON ({error.__cause__}): "
            """write it like '["first", "second"]'."""
        ) from error


def _known(variable: str) -> bool:
    path = variable.removeprefix(PREFIX).lower().split("__")
    if path == ["config"]:
        return True
    section = Settings.model_fields.get(path[0])
    if section is None or not isinstance(section.annotation, type):
        # Not meant as a setting: Kubernetes and CI systems set variables of any prefix.
        return True
    return len(path) == 1 or path[1] in section.annotation.model_fields
