"""Every setting of the project: config.yaml, overridden by the environment."""

import os
import re
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

from ..errors import ProjectError, sentences
from ..project import project
from ..yaml_file import read_yaml
from .deploy import Deployment, Image, Jenkins
from .learn import AutoML, Model, Training
from .log import Log
from .plain_secrets import has_password, texts
from .serve import Paths, Registry, Serving
from .variables import Variables, demand_known, read_env_file

_SECRETS = (("serving", "admin_token"), ("log", "hash_key"), ("log", "shared_key"))

_OF_HELM = ("global", "enabled")
"""Values of a parent chart, which is none of the settings."""

_PASSWORD = re.compile("://[^/]*:.*@|[?&][^=]*(pass|pwd|secret|token)[^=]*=", re.IGNORECASE)


class Settings(BaseSettings):
    """The whole of config.yaml. `<PREFIX>SERVING__PORT=9000` overrides `serving.port`."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_nested_delimiter="__")

    model: Model = Model()
    training: Training = Training()
    automl: AutoML = AutoML()
    serving: Serving = Serving()
    log: Log = Log()
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
        prefix = project().prefix
        variables = Variables(settings_cls, env_prefix=prefix)
        return init_settings, variables, _ConfigFile(settings_cls, config_file())


class _ConfigFile(YamlConfigSettingsSource):
    """config.yaml, which holds no secrets."""

    def _read_file(self, file_path: Path | Traversable) -> dict[str, Any]:
        return read_yaml(file_path, str(file_path))

    def __call__(self) -> dict[str, Any]:
        values = super().__call__()
        _demand_no_secrets(values, config_file())
        return values


def _demand_no_secrets(values: dict[str, Any], file: Path) -> None:
    for section, key in _SECRETS:
        part = values.get(section)
        if isinstance(part, dict) and key in part:
            variable = f"{project().prefix}{section}__{key}".upper()
            raise ProjectError(
                f"{file}: {section}.{key}: a secret does not belong in a file; "
                f"remove it there and set {variable} in the environment."
            )
    registry = values.get("registry")
    if isinstance(registry, dict) and _PASSWORD.search(str(registry.get("uri", ""))):
        raise ProjectError(
            f"{file}: registry.uri: a password does not belong in a file; remove it "
            f"there and set {project().prefix}REGISTRY__URI in the environment, or "
            "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD."
        )
    if found := [path for path, text in texts(values) if has_password(text)]:
        raise ProjectError(
            f"{file}: {', '.join(found)}: an address with a password does not belong in a file; "
            "write $(NAME) for the password in deployment.env, ${NAME} in fluent_bit's outputs, "
            "and let a Secret have NAME."
        )


def config_file() -> Path:
    """Return the file with the settings; the environment may name another than config.yaml."""
    return Path(os.environ.get(f"{project().prefix}CONFIG") or "config.yaml")


def read_settings(values: Path | None = None) -> Settings:
    """Read config.yaml, the environment, and the variables that `.env` adds to it.

    Args:
        values: A file of settings that differ, which comes before both, as in Helm.

    Raises:
        ProjectError: A file is missing or no YAML, or a key or a value does not fit.
    """
    read_env_file(Path(".env"))
    file = config_file()
    if not file.is_file():
        raise ProjectError(f"{file} is not here; run this in the project's folder.")
    demand_known(Settings, project().prefix)
    above = _laid_above(values) if values else {}
    try:
        return Settings(**above)
    except ValidationError as error:
        names = f"{values}, {file} or environment" if values else f"{file} or environment"
        raise ProjectError("\n".join(sentences(error, names, Settings))) from error


def _laid_above(file: Path) -> dict[str, Any]:
    values = read_yaml(file, str(file))
    _demand_no_secrets(values, file)
    return {name: value for name, value in values.items() if name not in _OF_HELM}
