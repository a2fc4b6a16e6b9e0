"""Ask at a steady rate, until the input ends: `-m tests.support.clients URL PATH BODY RATE`.

Clients keep their connections; with a fifth argument, `fresh`, each request has one of its own.
Each line of input is a number: `answered` is printed once each client has had so many more answers.
Prints what came of it as JSON: each client's failures, and the versions that it saw, in order.
It imports the standard library alone: the library's own start would cost more than the load.
"""

import http.client
import json
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

CLIENTS = 4
PATIENCE = 60


class Watch:
    """The end of a load, and word of each request that is made until then."""

    def __init__(self) -> None:
        self.end = threading.Event()
        self.progress = threading.Condition()

    def saw(self, clients: list["Client"], more: int) -> bool:
        """Wait until each client has begun so many more requests, and so ended all but the last."""
        wanted = [client.requests + more for client in clients]
        with self.progress:
            return self.progress.wait_for(
                lambda: all(c.requests >= least for c, least in zip(clients, wanted, strict=True)),
                PATIENCE,
            )


@dataclass
class Client:
    """One connection's requests; `answers` has version and body wherever either is another.

    A connection that is refused took no request, so that none is lost: `refused` counts them.
    """

    requests: int = 0
    refused: int = 0
    failures: list[str] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)

    def ask(
        self, address: str, path: str, body: str, rate: float, fresh: bool, watch: Watch
    ) -> None:
        """Ask one request after the other, so that answers come in the service's order."""
        host = http.client.HTTPConnection(address, timeout=10)
        start = time.monotonic()
        while not watch.end.is_set():
            time.sleep(max(0, start + self.requests / rate - time.monotonic()))
            with watch.progress:
                self.requests += 1
                watch.progress.notify_all()
            try:
                host.request("POST", path, body, {"Content-Type": "application/json"})
                response = host.getresponse()
                text = response.read().decode()
            except ConnectionRefusedError:
                self.refused += 1
                host.close()
                continue
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
                host.close()
                continue
            if fresh:
                host.close()
            if response.status != 200:
                self.failures.append(text)
                continue
            answer = (response.headers["x-model-version"], text)
            if self.answers[-1:] != [answer]:
                self.answers.append(answer)
        host.close()


def main() -> None:
    """Ask from several connections until standard input is closed."""
    url, path, body, rate, *kind = sys.argv[1:]
    clients, watch = [Client() for _ in range(CLIENTS)], Watch()
    common = (urlsplit(url).netloc, path, body, float(rate) / CLIENTS, kind == ["fresh"], watch)
    threads = [threading.Thread(target=client.ask, args=common) for client in clients]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    say("asking")
    for line in sys.stdin:
        say("answered" if watch.saw(clients, int(line) + 1) else "too slow")
    watch.end.set()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - start
    say(json.dumps({"seconds": seconds, "clients": [asdict(client) for client in clients]}))


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
