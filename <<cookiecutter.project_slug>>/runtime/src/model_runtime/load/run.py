"""A run: the users, all at once, for as long as it takes."""

import asyncio
import time
from dataclasses import dataclass

import uvloop

from ..progress import show
from .measured import Measured, Watch
from .target import Target
from .user import PATIENCE, User

_WINDOWS = 300
"""Points of a plot at the most, so that a run of a day needs no more room than one of a minute."""


@dataclass(frozen=True)
class Load:
    """The number of users and of seconds, and the rate of all users together; 0 for no limit."""

    users: int
    seconds: int
    rate: float = 0

    def about(self) -> dict[str, str]:
        """Return it as a report has it."""
        rate = f"{self.rate:,g} a second" if self.rate else "as many as are answered"
        return {"users": f"{self.users}", "seconds": f"{self.seconds}", "requests": rate}


def run(target: Target, load: Load) -> Measured:
    """Put load on a service and return what was measured; the step under way shows how it goes."""
    return uvloop.run(_run(target, load))


async def _run(target: Target, load: Load) -> Measured:
    watch = Watch()
    users = list(_users(target, load, watch))
    show(lambda: _told(watch.measured, load))
    starting = [asyncio.create_task(user.run()) for user in users]
    await _watched(users, watch, load)
    for user in users:
        user.stop()
    last = time.perf_counter() + PATIENCE
    while any(user.since is not None for user in users) and time.perf_counter() < last:
        await asyncio.sleep(0.01)
    for user in users:
        user.end()
    await asyncio.gather(*starting)
    await asyncio.sleep(0)  # for the connections to be lost
    watch.close()
    return watch.measured


async def _watched(users: list[User], watch: Watch, load: Load) -> None:
    """End a window now and then, and the requests that nobody would wait for any longer."""
    each = -(-load.seconds // _WINDOWS)
    for second in range(1, load.seconds + 1):
        await asyncio.sleep(watch.begun + second - time.perf_counter())
        if second % each == 0:
            watch.close()
        longest = time.perf_counter() - PATIENCE
        for user in users:
            if user.since is not None and user.since < longest:
                user.end()


def _users(target: Target, load: Load, watch: Watch) -> list[User]:
    """Make users, who begin with different requests, and with a pace at different times."""
    host, port = target.address
    tls, loop = target.tls, asyncio.get_running_loop()

    async def connect(user: User) -> None:
        await loop.create_connection(lambda: user, host, port, ssl=tls)

    every = load.users / load.rate if load.rate else 0
    found = []
    for number in range(load.users):
        first = number * len(target.requests) // load.users
        requests = target.requests[first:] + target.requests[:first]
        pace = (watch.begun + number * every / load.users, every) if every else None
        found.append(User(requests, watch, connect, pace))
    return found


def _told(found: Measured, load: Load) -> str:
    if not found.windows:
        return f"load … 0 of {load.seconds} s"
    last = found.windows[-1]
    p99 = last.percentiles[3] * 1000
    return (
        f"load … {found.seconds:.0f} of {load.seconds} s, {last.rate:,.0f} a second, "
        f"p99 {p99:.1f} ms, {found.failed:,} failed"
    )
