"""Load by wrk, from a core of its own."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("load.lua")
GET_WRK = (
    "wrk is not installed here; get it with `apt install wrk` on Debian and Ubuntu, `brew install "
    "wrk` on macOS, or from https://github.com/wg/wrk."
)


@dataclass(frozen=True)
class Loaded:
    """A run of wrk: answers a second, milliseconds of an answer, requests that went wrong."""

    requests_per_second: float
    mean_ms: float
    p50_ms: float
    p99_ms: float
    refused: int
    broken: int


def demand_wrk() -> None:
    """Say where to get wrk if it is missing.

    Raises:
        FileNotFoundError: It is.
    """
    if not shutil.which("wrk"):
        raise FileNotFoundError(GET_WRK)


def load(url: str, body: Path, connections: int, seconds: float) -> Loaded:
    """Ask for the same body on some connections at once, for some seconds.

    Answers of other statuses than 200 to 399 are not counted as answers.

    Raises:
        RuntimeError: There was no answer.
    """
    done = subprocess.run(
        [
            *("wrk", "--threads=1", f"--connections={connections}", f"--duration={seconds:.0f}s"),
            *("--timeout=60s", "--latency", f"--script={SCRIPT}", url, "--", str(body)),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout.strip().splitlines()[-1])
    answered = found.pop("requests") - found["refused"]
    if not answered:
        failed = f"{found['refused']} refused, {found['broken']} broken off"
        raise RuntimeError(f"no answer to {connections} connections in {seconds:.0f} s; {failed}")
    return Loaded(answered / found.pop("seconds"), **found)
