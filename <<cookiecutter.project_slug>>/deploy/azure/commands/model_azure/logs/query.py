"""The query for the service's lines, in Kusto's language, wherever the service runs."""

from typing import Literal, get_args

Kind = Literal["prediction", "failure", "log"]
KINDS: tuple[Kind, ...] = get_args(Kind)

MOST = 10_000
"""Lines that are shown, the newest."""

COLUMNS = ("TimeGenerated", "Source", "Kind", "Line")

# A workspace has the tables of what runs in it; the others' parts are left out by isfuzzy.
_TABLES = """\
union isfuzzy=true
    (datatable(TimeGenerated: datetime, Source: string, Line: string, Level: int) []),
    (ContainerAppConsoleLogs
        | project TimeGenerated, Source = RevisionName, Line = Log, Level = int(null)),
    (ContainerAppConsoleLogs_CL
        | project TimeGenerated, Source = RevisionName_s, Line = Log_s, Level = int(null)),
    (ContainerInstanceLog_CL
        | project TimeGenerated, Source = ContainerGroup_s, Line = Message, Level = int(null)),
    (ContainerLogV2
        | where PodNamespace != "kube-system"
        | project TimeGenerated, Source = PodName, Line = tostring(LogMessage), Level = int(null)),
    (AmlOnlineEndpointConsoleLog
        | project TimeGenerated, Source = DeploymentName, Line = Message, Level = int(null)),
    (AppTraces
        | project TimeGenerated, Source = AppRoleName, Line = Message, Level = SeverityLevel),
    (AppExceptions
        | project TimeGenerated, Source = AppRoleName,
            Line = strcat(ExceptionType, ": ", OuterMessage), Level = 3),
    (AppRequests
        | where toint(ResultCode) >= 500
        | project TimeGenerated, Source = AppRoleName,
            Line = strcat(Name, " was answered ", ResultCode), Level = 3)
| where isnotempty(Line)
| extend Event = parse_json(Line)
| extend Kind = case(
    tostring(Event.event) == "prediction", "prediction",
    Level >= 3 or toint(Event.status) >= 500, "failure",
    Line matches regex @"^(ERROR|CRITICAL)\\b", "failure",
    "log")
"""


def query(only: Kind | None = None) -> str:
    """Return the query for the newest lines, or for those of a kind, the oldest of them first."""
    wanted = f'| where Kind == "{only}"\n' if only else ""
    newest = f"| top {MOST} by TimeGenerated desc\n"
    return (
        f"{_TABLES}{wanted}{newest}| project {', '.join(COLUMNS)}\n| order by TimeGenerated asc\n"
    )
