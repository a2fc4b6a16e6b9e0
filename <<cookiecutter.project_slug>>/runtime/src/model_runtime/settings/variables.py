"""Variables of the environment: those that are settings, and those that were meant to be.

A setting's variable has two underscores between section and key: `<PREFIX>SERVING__PORT`. Others
with the prefix belong to somebody else: Kubernetes sets some for each Service (`<PREFIX>PORT`), CI
systems for each project (`<PREFIX>IMAGE`). Two have no prefix, since platforms set them (`PLAIN`).
"""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import load_dotenv
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource

from ..errors import ProjectError
from ..json_text import unique
from ..misspelt import nearest

PLAIN = {"PORT": "serving__port", "LOG_LEVEL": "log__level"}
"""Variables that Cloud Run, Container Apps and others set, by the settings that they are."""

_log = logging.getLogger(__name__)


def read_env_file(file: Path) -> None:
    """Set the variables of a file (`.env`) that the environment doesn't have.

    Raises:
        ProjectError: It can't be read.
    """
    try:
        load_dotenv(file)
    except (OSError, UnicodeDecodeError) as error:
        raise ProjectError(f"{file} can't be read: {error}.") from error


class Variables(EnvSettingsSource):
    """The variables that are settings; lists and mappings in them are JSON."""

    def _load_env_vars(self) -> Mapping[str, str | None]:
        prefix = self.env_prefix.lower()
        plain = {
            f"{prefix}{setting}": os.environ[name]
            for name, setting in PLAIN.items()
            if os.environ.get(name)
        }
        return plain | {
            name: value
            for name, value in super()._load_env_vars().items()
            if name.startswith(prefix) and "__" in name.removeprefix(prefix)
        }

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """Read a list or a mapping.

        Raises:
            ProjectError: It is no JSON.
        """
        try:
            return json.loads(value, object_pairs_hook=unique)
        except (ValueError, RecursionError) as error:
            ending = f"__{field_name}".upper()
            name = next(name for name in os.environ if name.upper().endswith(ending))
            raise ProjectError(
                f"{name} in the environment is not JSON ({error}): "
                """write it like '["first", "second"]'."""
            ) from error


def demand_known(settings: type[BaseSettings], prefix: str) -> None:
    """Refuse variables that are like a setting's and none, and doubt those with one underscore.

    Args:
        settings: The settings' class.
        prefix: The prefix of the settings' variables.

    Raises:
        ProjectError: A variable is misspelt; the setting that was probably meant is named.
    """
    sections = {name: _keys(field) for name, field in settings.model_fields.items()}
    nearly = {
        f"{section}_{key}": f"{section}__{key}" for section in sections for key in sections[section]
    }
    for name, value in os.environ.items():
        if not name.upper().startswith(prefix):
            continue
        written = name[len(prefix) :].lower()
        if "__" in written:
            _demand_known(name, prefix, sections)
        elif written in nearly and "://" not in value:  # an address is Kubernetes', for a Service
            meant = f"{prefix}{nearly[written]}".upper()
            _log.warning("%s is not read; the setting's variable is %s.", name, meant)


def _demand_known(name: str, prefix: str, sections: dict[str, list[str]]) -> None:
    section, key = name[len(prefix) :].lower().split("__")[:2]
    known = section if section in sections else nearest(section, sections)
    if not known or key in sections.get(section, ()):
        return
    near = nearest(key, sections[known])
    meant = f"{prefix}{known}__{near}".upper() if near else ""
    hint = f"did you mean {meant}?" if meant else "look for a typo or remove it."
    raise ProjectError(f"{name} is in the environment, and there is no such setting; {hint}")


def _keys(section: FieldInfo) -> list[str]:
    return list(getattr(section.annotation, "model_fields", {}))
