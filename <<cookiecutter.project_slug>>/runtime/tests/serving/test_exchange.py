"""An exchange takes its answer, whatever has become of its connection meanwhile."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import uvicorn
import uvloop
from uvicorn.server import ServerState

from model_runtime.contract.findings import Row
from model_runtime.contract.problems import Refusal
from model_runtime.serving.admission import Admission
from model_runtime.serving.batcher import Answers, Batcher, Question
from model_runtime.serving.connection import Connection
from model_runtime.serving.exchange import Exchange
from model_runtime.serving.metrics import Metrics
from model_runtime.serving.patience import Limits
from model_runtime.tasks import Outputs

POST = b"POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n"
WHOLE = POST + b"1"
MOST = 3


class Service:
    """Connections that ask a slow model without an application, two of them at most."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.logged: list[str] = []
        self.admission = Admission(MOST, Metrics())
        self.begun: list[Exchange] = []
        batcher = Batcher(self._ask, 0, self._log)
        route = SimpleNamespace(
            path="/p", parse=lambda body: [{}], answer=lambda outputs, values: values
        )
        predictor = SimpleNamespace(ask=batcher.add)
        line = b"\r\nx-request-id: "
        self._way: Any = SimpleNamespace(
            route=route, predictor=predictor, version="1", version_line=line
        )
        self._early: Any = SimpleNamespace(
            exchange=self._exchange,
            admission=self.admission,
            begin=lambda headers: b"HTTP/1.1 200 OK\r\ncontent-length: ",
            end=b"",
            added=(),
            state=SimpleNamespace(closing=False),
            account=SimpleNamespace(answered=lambda *about: 0.1),
        )

    def count_by(self, answered: Callable[..., float]) -> None:
        """Have answers counted by a function."""
        self._early.account = SimpleNamespace(answered=answered)

    async def listening(self) -> asyncio.Server:
        """Begin to listen."""
        config, state = (
            uvicorn.Config(_no_application, http=Connection, log_config=None),
            ServerState(),
        )
        config.load()
        limits = Limits(seconds=30, connections=2)
        shared = {"config": config, "server_state": state, "app_state": {}, "limits": limits}
        loop = asyncio.get_running_loop()
        return await loop.create_server(
            lambda: Connection(early=self._early, **shared), "127.0.0.1", 0
        )

    def _exchange(self, connection: Any, url: bytes, headers: Any) -> Exchange:
        number = str(len(self.begun) + 1)
        self.begun.append(Exchange(self._early, connection, self._way, url, headers, number))
        return self.begun[-1]

    def _ask(self, rows: Sequence[Row]) -> Answers:
        assert self.may_go_on.wait(10)
        return np.zeros((len(rows), 1)), [0.0] * len(rows)

    def _log(self, questions: Sequence[Question], outputs: Outputs) -> None:
        self.logged += [question.request_id for question in questions]


async def _no_application(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError(scope)


@pytest.mark.parametrize("rest", [POST, POST[:9]])
def test_a_connection_that_is_lost_keeps_no_other_from_its_answer(rest: bytes) -> None:
    """One that asks again is ended where there are too many, before its first answer is there."""

    async def ask(service: Service, stack: ExitStack) -> None:
        server = await service.listening()
        stack.callback(server.close)
        port = server.sockets[0].getsockname()[1]
        readers = []
        for number, sent in enumerate((WHOLE, WHOLE + rest, WHOLE), 1):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(writer.close)
            readers.append(reader)
            writer.write(sent)
            while len(service.begun) < number:
                await asyncio.sleep(0)
        service.may_go_on.set()
        for reader in readers[::2]:
            assert await asyncio.wait_for(reader.readexactly(15), 10) == b"HTTP/1.1 200 OK"
        assert service.logged == ["1", "2", "3"]
        for _ in range(MOST):  # each has left
            service.admission.enter()
        with pytest.raises(Refusal):
            service.admission.enter()

    async def asked() -> None:
        with ExitStack() as stack:
            await ask(Service(), stack)

    uvloop.run(asked())


def test_a_request_is_answered_once_and_logged_though_it_could_not_be_counted() -> None:
    """Else each later answer over the connection would be another request's."""

    async def ask(service: Service, stack: ExitStack) -> None:
        server = await service.listening()
        stack.callback(server.close)
        port = server.sockets[0].getsockname()[1]
        counted: list[object] = []

        def answered(*about: object) -> float:
            counted.append(about)
            return 1 / (len(counted) - 1)

        service.count_by(answered)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        stack.callback(writer.close)
        writer.write(WHOLE)
        service.may_go_on.set()
        while not service.logged:
            await asyncio.sleep(0)
        assert (await reader.read(10_000)).count(b"HTTP/1.1") == 1
        assert (len(counted), service.logged) == (2, ["1"])

    async def asked() -> None:
        with ExitStack() as stack:
            await asyncio.wait_for(ask(Service(), stack), 20)

    uvloop.run(asked())
