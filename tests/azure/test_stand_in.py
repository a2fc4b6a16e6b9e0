"""The stand-in of Azure refuses what the SDKs' models would not parse, or would drop."""

import json
import ssl
from typing import Any
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

import pytest
from azure.mgmt.machinelearningservices import models as mapped

from tests.azure.stand_in import StandIn
from tests.azure.stand_in.models import findings
from tests.azure.stand_in.stand_in import SUBSCRIPTION

GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/group"
PLACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/abc"
JOB = {"jobType": "Command", "command": "make train", "environmentId": "azureml:a:1"}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, ""),
        ({"comand": "make"}, "properties.comand: CommandJob has no such property"),
        ({"command": None}, "properties.command is missing"),
        ({"jobType": "Comand"}, "properties.jobType: 'Comand' is none of"),
        ({"environmentVariables": {"A": 1}}, "properties.environmentVariables.A is 1, no str"),
        ({"environmentVariables": "A=1"}, "properties.environmentVariables is 'A=1', no object"),
        ({"limits": {"jobLimitsType": "Command", "timeout": 5}}, "properties.limits.timeout is 5"),
        (
            {"outputs": {"o": {"jobOutputType": "uri_folder", "mod": 1}}},
            "properties.outputs.o.mod:",
        ),
        ({"outputs": {"o": {"jobOutputType": "dir"}}}, "outputs.o.jobOutputType: 'dir' is none of"),
        (
            {"resources": {"instanceCount": "2"}},
            "properties.resources.instanceCount is '2', no int",
        ),
        ({"isArchived": 1}, "properties.isArchived is 1, no bool"),
    ],
)
def test_a_body_is_held_against_its_model(change: dict[str, Any], found: str) -> None:
    from azure.ai.ml._restclient.arm_ml_service.models import JobBase

    _compare(findings(JobBase, {"properties": JOB | change}), found)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, ""),
        ({"comptueType": "AKS"}, "properties.comptueType: AmlCompute has no such property"),
        ({"computeType": "AMLCompute"}, "properties.computeType: 'AMLCompute' is none of"),
        ({"properties": {"vmsize": "a"}}, "properties.properties.vmsize: AmlComputeProperties has"),
        ({"properties": {"vmSize": 4}}, "properties.properties.vmSize is 4, no str"),
        (
            {"properties": {"scaleSettings": {"minNodeCount": 0}}},
            "properties.properties.scaleSettings.maxNodeCount is missing",
        ),
    ],
)
def test_a_body_is_held_against_an_older_model(change: dict[str, Any], found: str) -> None:
    compute = {"computeType": "AmlCompute"} | change
    _compare(findings(mapped.ComputeResource, {"properties": compute}), found)


def test_a_body_is_held_against_a_model_whose_properties_are_flat_in_python() -> None:
    _compare(findings(mapped.Workspace, {"properties": {"keyVault": "a"}, "location": "b"}), "")
    wrong = {"properties": {"keyvault": "a", "friendlyName": 1}}
    assert findings(mapped.Workspace, wrong) == [
        "properties.keyvault: Workspace has no such property",
        "properties.friendlyName is 1, no str",
    ]


def _compare(said: list[str], found: str) -> None:
    assert (found in "".join(said)) if found else not said
    assert len(said) == bool(found)


class Client:
    """A client without an SDK."""

    def __init__(self, azure: StandIn) -> None:
        environment = azure.environment()
        context = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"])
        proxies = ProxyHandler({"https": environment["HTTPS_PROXY"]})
        self._opener = build_opener(proxies, HTTPSHandler(context=context))
        self._opener.process_response = {}  # type: ignore[attr-defined] # no error for a refusal
        self.azure = azure
        self.headers = {"Authorization": f"Bearer {self._token()}"}

    def _token(self) -> str:
        environment = self.azure.environment()
        form = {
            "client_id": environment["AZURE_CLIENT_ID"],
            "client_secret": environment["AZURE_CLIENT_SECRET"],
            "scope": "https://management.azure.com/.default",
        }
        data = "&".join(f"{name}={value}" for name, value in form.items()).encode()
        url = "https://login.microsoftonline.com/tenant/oauth2/v2.0/token"
        with self._opener.open(Request(url, data)) as answer:
            return str(json.load(answer)["access_token"])

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        url = f"https://management.azure.com{path}?api-version=2025-06-01"
        data = json.dumps(body).encode() if body is not None else None
        with self._opener.open(Request(url, data, self.headers, method=method)) as answer:
            content = answer.read()
            return answer.status, json.loads(content) if content else None


@pytest.fixture
def client(azure: StandIn) -> Client:
    azure.machine_learning.workspace(GROUP, "abc")
    return Client(azure)


def test_resources_are_kept_changed_and_removed(client: Client) -> None:
    job = f"{PLACE}/jobs/one"
    assert client("GET", job)[0] == 404
    assert client("PUT", job, {"properties": JOB})[0] == 201
    assert client("PATCH", job, {"properties": {"displayName": "One"}})[0] == 200
    assert client("GET", job)[1]["properties"]["displayName"] == "One"
    assert [found["name"] for found in client("GET", f"{PLACE}/jobs")[1]["value"]] == ["one"]
    assert client("DELETE", job)[0] == 200
    assert client("GET", f"{PLACE}/jobs")[1]["value"] == []


def test_a_misspelt_property_is_refused_and_not_kept(client: Client) -> None:
    status, answer = client("PUT", f"{PLACE}/jobs/one", {"properties": JOB | {"comand": "make"}})
    assert status == 400
    assert answer["error"]["message"] == "properties.comand: CommandJob has no such property"
    assert client("GET", f"{PLACE}/jobs/one")[0] == 404


def test_a_change_that_is_no_longer_right_is_refused(client: Client) -> None:
    client("PUT", f"{PLACE}/jobs/one", {"properties": JOB})
    assert client("PATCH", f"{PLACE}/jobs/one", {"properties": {"command": 1}})[0] == 400


def test_a_resource_needs_its_parent_and_a_known_type(client: Client) -> None:
    other = PLACE.replace("/abc", "/xyz")
    assert client("PUT", f"{other}/jobs/one", {"properties": JOB})[0] == 404
    assert client("PUT", f"{PLACE}/jubs/one", {"properties": JOB})[0] == 404


def test_an_expired_token_is_refused(client: Client) -> None:
    assert client("GET", PLACE)[0] == 200
    client.azure.tokens.expire()
    status, answer = client("GET", PLACE)
    assert (status, answer["error"]["code"]) == (401, "ExpiredAuthenticationToken")


def test_faults_come_as_often_as_asked_for(client: Client) -> None:
    client.azure.faults.too_many("GET", "/workspaces/abc$", times=2)
    assert [client("GET", PLACE)[0] for _ in range(3)] == [429, 429, 200]
    assert len(client.azure.calls) == 3
