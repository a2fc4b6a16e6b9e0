"""A soak sees memory that grows, times that get longer, and answers that are missing."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from model_runtime.load.measured import SHARES, Measured, Window
from model_runtime.load.resident import resident_megabytes, watching
from model_runtime.load.run import Load
from model_runtime.load.soak import Soaked
from model_runtime.load.target import Target

from ..support.reloading import wait_for


def soaked(p99: list[float], megabytes: list[float], failed: int = 0) -> Soaked:
    """Return a soak of 100 requests a second, whose p99 and memory are given second by second."""
    measured = Measured(seconds=len(p99))
    measured.counts[0] = 100 * len(p99)
    measured.failures["status 503"] = failed
    windows = [Window(at, 1, 100, 0, [seconds] * len(SHARES)) for at, seconds in enumerate(p99)]
    measured.windows = [*windows, replace(windows[-1], percentiles=[9.0] * len(SHARES))]
    memory = list(enumerate(megabytes))
    return Soaked(Target("", "", "", []), Load(1, len(p99), 100), 143, measured, memory)


STEADY, WARMING_UP = [0.01, 0.011, 0.009] * 10, [50.0, 90.0, 100.0, *[100.0] * 27]


def missed(found: Soaked) -> list[str]:
    return [check.limit for check in found.checks() if not check.is_kept]


def test_a_steady_service_misses_nothing_though_it_warms_up() -> None:
    assert missed(soaked(STEADY, WARMING_UP)) == []


@pytest.mark.parametrize(
    ("found", "limit"),
    [
        (soaked(STEADY, [100 + 0.2 * k for k in range(30)]), "memory grows by at most 2%"),
        (soaked([0.01 + 0.001 * k for k in range(30)], WARMING_UP), "p99 of the last third"),
        (soaked(STEADY, WARMING_UP, failed=1), "at most 0 failed requests"),
    ],
    ids=["memory", "times", "failures"],
)
def test_what_changes_is_missed(found: Soaked, limit: str) -> None:
    (only,) = missed(found)
    assert only.startswith(limit)


HOLDS = """
import subprocess, sys
held = "held = b'x' * 80_000_000; input()"
child = subprocess.Popen([sys.executable, "-c", held], stdin=subprocess.PIPE)
print("started", flush=True)
input()
child.communicate(b"end")
"""


def test_memory_is_that_of_a_process_and_of_all_that_it_started() -> None:
    command = [sys.executable, "-c", HOLDS]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "started\n"
        wait_for(
            lambda: resident_megabytes(process.pid) > 90, "80 MB of the child, and two Pythons"
        )
        with watching(process.pid, 0.01) as samples:
            wait_for(lambda: len(samples) > 2, "samples")
        process.communicate("end\n")
    assert min(megabytes for _, megabytes in samples) > 80
    assert resident_megabytes(process.pid) == 0


def test_it_starts_the_bundles_service_and_reports(
    trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_PATHS__BUNDLE", str(trained / "model_bin"))
    command = [sys.executable, "-m", "model_runtime", "soak", "--seconds", "2", "--users", "2"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    found = json.loads(Path("reports-soak/load.json").read_text())
    assert found["failed"] == 0
    assert found["answered"] > 2
    # In two seconds times and memory say nothing yet; here it is the report that counts.
    assert done.returncode == any(not check["is_kept"] for check in found["checks"])
    assert len(found["memory"]) > 10
    assert "megabytes" in Path("reports-soak/load.html").read_text()
