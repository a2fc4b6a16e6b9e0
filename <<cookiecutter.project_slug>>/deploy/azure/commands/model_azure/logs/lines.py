"""The service's lines in Log Analytics: found, and written for people or for programs."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from model_runtime.errors import ProjectError

from ..cloud import credential, refusals_told
from ..infrastructure.outputs import infrastructure_outputs
from ..settings import Azure
from .query import KINDS, Kind, query

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LONGEST = timedelta(days=730)
"""Log Analytics keeps nothing for longer."""


@dataclass(frozen=True)
class Line:
    """A line of the log.

    Args:
        time: When it was written, by Azure.
        source: The revision, container group, pod, deployment or application that wrote it.
        kind: A prediction, a failure, or anything else.
        text: The line itself.
    """

    time: datetime
    source: str
    kind: Kind
    text: str

    @property
    def event(self) -> dict[str, Any] | None:
        """The event that the line is, of the service's own logs in JSON; None for other lines."""
        try:
            found = json.loads(self.text)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def as_json(self) -> str:
        """Return the service's event as it is, and another line as one of its own."""
        if self.event is not None:
            return self.text
        about = {"event": self.kind, "time": self.time.isoformat(), "source": self.source}
        return json.dumps({**about, "message": self.text}, ensure_ascii=False)

    def __str__(self) -> str:
        """Return the line for people: time, source, and what was predicted or said."""
        said = self.text if self.kind != "prediction" else _predicted(self.event or {})
        return f"{self.time:%Y-%m-%d %H:%M:%S}  {self.source}  {said}"


@dataclass(frozen=True)
class Found:
    """The lines of a query, the oldest first; `partly` says what Azure left out, if anything."""

    lines: list[Line]
    partly: str = ""

    def __str__(self) -> str:
        """Count them."""
        counts = {kind: sum(line.kind == kind for line in self.lines) for kind in KINDS[:2]}
        told = [f"{count:,} {kind}{'s' * (count != 1)}" for kind, count in counts.items()]
        return f"{len(self.lines):,} lines, of them {' and '.join(told)}"


def span(text: str) -> timedelta:
    """Return the time that a word like 30m, 1h, 7d or 2w says.

    Raises:
        ProjectError: It says none, or a longer one than anything is kept.
    """
    if not (match := re.fullmatch(r"([1-9]\d{0,5})([mhdw])", text.strip())):
        raise ProjectError(f"SINCE is '{text}'; write it like 30m, 1h, 7d or 2w.")
    found = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if found > _LONGEST:
        raise ProjectError(f"SINCE is '{text}'; Log Analytics keeps {_LONGEST.days} days at most.")
    return found


def kind(text: str) -> Kind | None:
    """Return the kind of lines that a plural says; None for an empty text.

    Raises:
        ProjectError: There is none of that name.
    """
    found = next((each for each in KINDS[:2] if f"{each}s" == text), None)
    if text and not found:
        raise ProjectError(f"ONLY is '{text}'; it is predictions or failures.")
    return found


def find(azure: Azure, since: timedelta, only: Kind | None = None) -> Found:
    """Ask the Log Analytics workspace of the infrastructure for the lines since some time ago.

    Raises:
        ProjectError: There is no infrastructure, no access, or the query fails.
    """
    from azure.monitor.query import LogsQueryClient, LogsQueryPartialResult

    workspace = infrastructure_outputs(azure)["logAnalyticsWorkspaceId"]
    with (
        refusals_told("asking Log Analytics (its role: Log Analytics Reader)"),
        LogsQueryClient(credential()) as client,
    ):
        # A question may be asked twice; the SDK does so for GET alone.
        told = client.query_workspace(
            workspace, query(only), timespan=since, retry_on_methods=["GET", "POST"]
        )
    if isinstance(told, LogsQueryPartialResult):
        return Found(list(_lines(told.partial_data)), str(told.partial_error))
    return Found(list(_lines(told.tables)))


def _lines(tables: list[Any]) -> Iterator[Line]:
    for table in tables:
        for row in table.rows:
            yield Line(row["TimeGenerated"], row["Source"] or "", row["Kind"], row["Line"])


def _predicted(event: dict[str, Any]) -> str:
    if "class_name" in event:
        answer = f"{event['class_name']} {event.get('probability', float('nan')):.3f}"
    else:
        answer = str(event.get("prediction"))
    about = f"version {event.get('version')}, request {event.get('request_id')}"
    known = f", id {event['id']}" if event.get("id") is not None else ""
    return f"predicted {answer} ({about}{known})"
