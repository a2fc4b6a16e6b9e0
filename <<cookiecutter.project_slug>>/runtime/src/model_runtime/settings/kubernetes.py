"""Types by Kubernetes' own rules of names, labels, quantities and schedules.

https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ and …/labels/; Helm reads
the same rules in values.schema.json, by Go's regular expressions, which can't look ahead.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from .cron import check_schedule, schedule_pattern
from .types import matches

Port = Annotated[int, Field(ge=1, le=65_535)]
Count = Annotated[int, Field(ge=1, le=2**31 - 1)]
Uid = Annotated[int, Field(ge=1, le=2**31 - 1)]


def text_type(pattern: str, about: str, most: int | None = None, but: tuple[str, ...] = ()) -> Any:
    """Return what is said of a text's type: to pydantic, and in the schema."""
    schema: dict[str, Any] = {"type": "string", "pattern": f"^({pattern})$"}
    if most:
        schema["maxLength"] = most
        about = f"{about}, {most} characters at most"
    if but:
        schema["not"] = {"enum": list(but)}

    def check(text: str) -> str:
        if text in but:
            raise ValueError(f"{text!r} is the chart's own; take another one")
        if most and len(text) > most:
            raise ValueError(f"{text!r} {about}")
        return matches(pattern, about)(text)

    return AfterValidator(check), WithJsonSchema(schema)


_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_NAME_OF_LABEL = "is no name; write letters in lower case, digits and -, at the ends no -"
_NAME_WITH_DOTS = f"{_NAME_OF_LABEL}; parts of it may be divided by dots"

AnyNamespace = Annotated[str, *text_type(f"({_LABEL})?", _NAME_OF_LABEL, 63)]
DnsLabel = Annotated[str, *text_type(_LABEL, _NAME_OF_LABEL, 63)]
"""The name of a namespace, a volume or the like (RFC 1123)."""

ObjectName = Annotated[str, *text_type(rf"({_SUBDOMAIN})?", _NAME_WITH_DOTS, 253)]
"""The name of a Secret, a class or the like, a DNS subdomain; empty for none."""

ReleaseName = Annotated[
    str, *text_type("[a-z]([-a-z0-9]*[a-z0-9])?", f"{_NAME_OF_LABEL}, first a letter", 53)
]

# Its last part has a letter: an address of four numbers is none.
_HOST = rf"(\*\.)?({_LABEL}\.)*([a-z0-9][-a-z0-9]*)?[a-z]([-a-z0-9]*[a-z0-9])?"
_NO_HOST = "is no host name; write one in lower case like model.example.org or *.example.org"

Host = Annotated[str, *text_type(_HOST, _NO_HOST, 253)]
IngressHost = Annotated[str, *text_type(rf"(\*|{_HOST})?", f"{_NO_HOST}, or * for each", 253)]

_KEY_NAME = "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
_KEY = rf"({_SUBDOMAIN}/)?{_KEY_NAME}"
_NO_KEY = "is no key; write letters, digits and -_. between, 63 at most, e.g. example.org/team"
OWN_LABELS = (
    *(f"app.kubernetes.io/{name}" for name in ("name", "instance", "component", "version")),
    *("app.kubernetes.io/managed-by", "helm.sh/chart", "track"),
)
"""Labels that the chart gives by itself."""


_NO_VALUE = "is no label's value; write letters, digits and -_. between, 63 at most"


def _mapping(value: str, about: str, but: tuple[str, ...] = ()) -> tuple[Any, ...]:
    """Return what is said of a mapping's type: its keys are a label's, and some are refused.

    In the schema not by propertyNames: of these Helm names a wrong path.
    """
    schema: dict[str, Any] = {
        "type": "object",
        "patternProperties": {f"^({_KEY})$": {"type": "string", "pattern": f"^({value})$"}},
        "additionalProperties": False,
    }
    if but:
        schema["properties"] = dict.fromkeys(but, False)

    def check(given: dict[str, str]) -> dict[str, str]:
        for key, text in given.items():
            if key in but:
                raise ValueError(f"{key!r} is the chart's own; take another one")
            matches(_KEY, _NO_KEY)(key)
            matches(value, about)(text)
        return given

    return AfterValidator(check), WithJsonSchema(schema)


LabelSelector = Annotated[dict[str, str], *_mapping(f"({_KEY_NAME})?", _NO_VALUE)]
Labels = Annotated[dict[str, str], *_mapping(f"({_KEY_NAME})?", _NO_VALUE, OWN_LABELS)]
Annotations = Annotated[dict[str, str], *_mapping("(?s:.*)", "is no text")]

_CPU = r"[1-9][0-9]*m|[1-9][0-9]*(\.[0-9]{1,3})?|0\.([1-9][0-9]{0,2}|0[1-9][0-9]?|00[1-9])"
_NO_CPU = "is no share of CPUs; write e.g. 250m (a quarter of one), 1.5 or 2"

Cpu = Annotated[str, *text_type(_CPU, _NO_CPU)]
CpuLimit = Annotated[str, *text_type(f"({_CPU})?", _NO_CPU)]

_MEMORY = r"([1-9][0-9]*(\.(25|5|75))?|0\.(25|5|75))[MGT]i?|[1-9][0-9]{6,}"

Memory = Annotated[
    str, *text_type(_MEMORY, "is no amount of memory; write e.g. 512Mi, 1.5Gi or 2G")
]

Schedule = Annotated[str, AfterValidator(check_schedule), WithJsonSchema(schedule_pattern())]
"""By cron's rules, as Kubernetes reads them; empty for never."""

PullPolicy = Literal["", "Always", "IfNotPresent", "Never"]
ServiceType = Literal["ClusterIP", "NodePort", "LoadBalancer"]
