"""Queries, analysed by Microsoft's own language service of Kusto."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.delivery.pipeline_tools import installed

TABLES = {
    "AmlOnlineEndpointConsoleLog": "TimeGenerated: datetime, DeploymentName: string, "
    "Message: string",
    "AppExceptions": "TimeGenerated: datetime, AppRoleName: string, ExceptionType: string, "
    "OuterMessage: string, ProblemId: string, SeverityLevel: int, OperationName: string",
    "AppRequests": "TimeGenerated: datetime, AppRoleName: string, Name: string, "
    "ResultCode: string, Success: bool, DurationMs: real, OperationName: string, Url: string",
    "AppTraces": "TimeGenerated: datetime, AppRoleName: string, Message: string, "
    "SeverityLevel: int, Properties: dynamic",
    "ContainerAppConsoleLogs": "TimeGenerated: datetime, ContainerAppName: string, "
    "RevisionName: string, Log: string, Stream: string",
    "ContainerAppConsoleLogs_CL": "TimeGenerated: datetime, ContainerAppName_s: string, "
    "RevisionName_s: string, Log_s: string, Stream_s: string",
    "ContainerInstanceLog_CL": "TimeGenerated: datetime, ContainerGroup_s: string, Message: string",
    "ContainerLogV2": "TimeGenerated: datetime, PodName: string, PodNamespace: string, "
    "ContainerName: string, LogMessage: dynamic",
}
"""Tables of Log Analytics, with columns of theirs, as Azure Monitor's reference has them."""


@dataclass(frozen=True)
class Analysed:
    """The language service's findings about a query, and the columns of its result."""

    diagnostics: list[str]
    columns: list[str]


@cache
def _folder() -> Path:
    """Return the folder with the language service."""

    def install(folder: Path) -> None:
        folder.mkdir(parents=True)
        package = "@kusto/language-service-next@12.4.1"
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), package]
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)

    return installed("kusto-12.4.1", install)


def analyse(*queries: str, tables: Mapping[str, str] = TABLES) -> list[Analysed]:
    """Analyse queries for a workspace that has all of the tables."""
    known = {name: f"({columns})" for name, columns in tables.items()}
    command = ["node", str(Path(__file__).with_suffix(".cjs")), str(_folder())]
    told = json.dumps({"tables": known, "queries": queries})
    done = subprocess.run(command, input=told, capture_output=True, text=True, check=True)
    return [Analysed(**each) for each in json.loads(done.stdout)]
