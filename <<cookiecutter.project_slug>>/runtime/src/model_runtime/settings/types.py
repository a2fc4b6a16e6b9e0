"""Types of config.yaml: sections, and values that are more than a text or a number."""

import json
import re
from collections.abc import Callable
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    WithJsonSchema,
)

from ..api_key import read_keys


class Section(BaseModel):
    """A part of config.yaml; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _json(value: Any) -> Any:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is nothing that JSON has") from None
    return value


Parameter = Annotated[Any, AfterValidator(_json)]
"""A value that config.yaml and metadata.json can hold."""


def matches(pattern: str, about: str) -> Callable[[str], str]:
    """Return a validator of texts; one that doesn't match is refused with what `about` says."""

    def check(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(f"{text!r} {about}")
        return text

    return check


def _text(pattern: str) -> WithJsonSchema:
    """Put the pattern of a text into the JSON Schema of config.yaml."""
    return WithJsonSchema({"type": "string", "pattern": f"^({pattern})$"})


_ORIGIN = r"\*|null|[a-z][a-z0-9+.-]*://[^/?#@\sA-Z]+"
"""A browser's Origin header (RFC 6454): no path, host in lower case."""

_NO_ORIGIN = (
    "is no origin; write one as browsers send it, like 'https://example.org' "
    "(lower case, no path, no slash at the end), 'null' or '*'"
)

Origin = Annotated[str, AfterValidator(matches(_ORIGIN, _NO_ORIGIN)), _text(_ORIGIN)]

_HOST = r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+(%[A-Za-z0-9._-]+)?"

_NO_HOST = (
    "is no host to listen on; write a name or an address alone, like 127.0.0.1, "
    "or 0.0.0.0 for every network of the machine"
)

Host = Annotated[str, AfterValidator(matches(_HOST, _NO_HOST)), _text(_HOST)]

_HOST_NAME = rf"({_HOST})?"

_NO_HOST_NAME = "is no host; write a name or an address alone, like logs.example.org"

HostName = Annotated[str, AfterValidator(matches(_HOST_NAME, _NO_HOST_NAME)), _text(_HOST_NAME)]
"""The name or address of another machine; empty for none."""


def _is_in_the_project(path: Path) -> Path:
    if path == Path():
        raise ValueError("this would be the project's own folder; name one in it")
    return path


Folder = Annotated[Path, AfterValidator(_is_in_the_project)]
File = Annotated[Path, AfterValidator(_is_in_the_project)]

EstimatorName = Literal["histgb", "rf", "extra_tree", "lrl1", "lrl2", "enet", "kneighbor"]
"""By FLAML's names."""


_MODEL_NAME = r"""[^/:%'"\\]*[^/:%'"\\\s][^/:%'"\\]*"""

_NO_MODEL_NAME = (
    "is no name for a model; write one without / : % ' \" and \\, which registries refuse"
)

ModelName = Annotated[str, AfterValidator(matches(_MODEL_NAME, _NO_MODEL_NAME)), _text(_MODEL_NAME)]


# What an Authorization header bears (RFC 6750), and long enough not to be guessed.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{16,}")


def _is_token(secret: SecretStr) -> SecretStr:
    # Said in words of our own: pydantic's would show what was found.
    if not _TOKEN.fullmatch(secret.get_secret_value()):
        raise ValueError(
            "a token has at least 16 characters: letters, digits and -._~+/=; make one with "
            "`openssl rand -hex 32`"
        )
    return secret


Token = Annotated[SecretStr, AfterValidator(_is_token)]


def _is_hash_key(secret: SecretStr) -> SecretStr:
    if not 16 <= len(secret.get_secret_value().encode()) <= 64:
        raise ValueError(
            "a key to hash with has 16 to 64 bytes; make one with `openssl rand -hex 32`"
        )
    return secret


HashKey = Annotated[SecretStr, AfterValidator(_is_hash_key)]
"""A key of BLAKE2b (RFC 7693), which takes up to 64 bytes."""

SharedKey = Annotated[SecretStr, Field(min_length=1)]
"""The key that the service and a collector share (Fluentd's forward protocol)."""

LogLevel = Annotated[
    Literal["debug", "info", "warning", "error"],
    BeforeValidator(lambda level: level.lower() if isinstance(level, str) else level),
]


def time_zone(name: str) -> tzinfo:
    """Return a time zone by its name; UTC needs no database of time zones."""
    return UTC if name == "UTC" else ZoneInfo(name)


def _is_time_zone(name: str) -> str:
    try:
        time_zone(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            f"{name!r} is no time zone that is known here; write UTC or one like Europe/Zurich"
        ) from error
    return name


TimeZone = Annotated[str, AfterValidator(_is_time_zone)]
"""By the names of the IANA time zone database."""


def _number_as_text(value: object) -> object:
    """Take `model: 65`, which YAML reads as a number, for version 65."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _model(pattern: str, about: str) -> Any:
    """Return what is said of the type of a model's version."""
    schema = {"type": ["string", "integer"], "pattern": f"^({pattern})$"}
    check = AfterValidator(matches(pattern, about))
    return BeforeValidator(_number_as_text), check, WithJsonSchema(schema)


_FETCHED = r"latest|best|\d+|@.+"
_OF_REGISTRY = "latest, best, a version's number or an alias like '@champion'"

_BAKED = "baked (the bundle that is there)"

ServedModel = Annotated[str, *_model(f"baked|{_FETCHED}", f"is none of {_BAKED}, {_OF_REGISTRY}")]
FetchedModel = Annotated[str, *_model(f"({_FETCHED})?", f"is none of {_OF_REGISTRY}")]
"""A version in the registry; empty for none."""


def _are_keys(lines: str) -> str:
    read_keys(lines)
    return lines


RouteGroup = Literal["predictions", "info", "metrics", "docs"]
"""Routes that ask for a key together; what belongs to them is the service's affair."""

KeyLines = Annotated[str, AfterValidator(_are_keys)]
"""Lines of API keys, see `api_key`."""

Metric = Literal[
    "accuracy",
    "balanced_accuracy",
    "f1_macro",
    "log_loss",
    "roc_auc",
    "brier",
    "r2",
    "mae",
    "rmse",
]
"""A metric that training measures (training/evaluate.py)."""

SearchMetric = Literal["auto", Metric]


def _is_address(uri: str) -> str:
    try:
        _ = urlsplit(uri).port
    except ValueError as error:
        raise ValueError(
            f"it is no address of a registry ({error}); write one like http://host:5000, and what "
            "is special in a password as %2F"
        ) from error
    return uri


PATH_SEGMENT = r"\.?[A-Za-z0-9_~-][A-Za-z0-9._~-]*"
"""A part of a path that proxies leave as it is, unlike `..`."""

RootPath = Annotated[str, StringConstraints(pattern=rf"^((/{PATH_SEGMENT})+)?$")]
"""A prefix of addresses, like /models/risk; empty for none."""

DebianPackage = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9+.-]+$")]
"""By Debian's policy (5.6.7); it gets into a shell's command."""

RegistryUri = Annotated[str, AfterValidator(_is_address)]
