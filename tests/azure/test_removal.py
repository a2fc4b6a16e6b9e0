"""`make azure-down`: all of it is removed, once somebody says so, and nothing of others."""

import os
import signal

from model_azure.cloud import resource_group
from model_azure.settings import read_azure

from tests.azure.commands import run
from tests.azure.stand_in import StandIn
from tests.azure.stand_in.messages import Answer, Request
from tests.azure.test_infrastructure import empty, group, of_type

__all__ = ["empty"]


def test_ctrl_c_does_not_end_a_removal(azure: StandIn) -> None:
    run("infra")

    def interrupt(request: Request) -> Answer:
        os.kill(os.getpid(), signal.SIGINT)
        return Answer(202, headers={"Retry-After-Ms": "1"})

    azure.router.routes.insert(0, ("DELETE", "management.azure.com", group(), interrupt))
    output = run("down", "--yes", code=130)
    assert f"Azure goes on removing {read_azure().resource_group}." in output


def test_all_is_removed_once_somebody_says_so(azure: StandIn) -> None:
    run("infra")
    assert "Nobody is there to ask" in run("down", code=1)
    assert group() in azure.arm.resources
    output = run("down", "--yes")
    assert "- Microsoft.MachineLearningServices/workspaces " in output
    assert azure.arm.resources == {}
    purged, removed = [each for each in azure.requests if each.method == "DELETE"]
    assert purged.path.endswith(f"/workspaces/{read_azure().name}")
    assert purged.query["forceToPurge"] == "true"
    assert removed.path.lower() == group()
    assert "isn't there" in run("down", "--yes", code=1)


def test_nothing_of_others_is_removed_unless_somebody_says_so(azure: StandIn) -> None:
    run("infra")
    place = resource_group(read_azure())
    (workspace,) = of_type(azure, "Microsoft.MachineLearningServices/workspaces")
    azure.arm.put(f"{workspace}/onlineEndpoints/abc", location="westeurope")
    smart = "Microsoft.Insights/actionGroups/Application Insights Smart Detection"
    azure.arm.put(f"{place}/providers/{smart}", location="global")
    azure.arm.put(f"{place}/providers/Microsoft.Sql/servers/theirs", location="westeurope")
    output = run("down", "--yes", code=1)
    assert "have not made:\n  Microsoft.Sql/servers theirs\n" in output
    assert group() in azure.arm.resources
    run("down", "--yes", "--all")
    assert azure.arm.resources == {}
