"""Many files are scored on clusters whose workers are killed, cut off, or stopped with the run."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread

import polars as pl
import psutil
import pytest

from model_runtime.bundle.read import Bundle
from model_runtime.errors import ProjectError

from ..support.dask_programs import network, scheduler, worker
from ..support.many_files import day_files, manifest, outputs, score_all, written_bundle
from ..support.sample import PREFIX
from ..support.scored_files import as_file, scored

FILES = 200

pytestmark = [
    # Dask leaves sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def model(shop: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written_bundle(shop, tmp_path_factory.mktemp("model") / "model_bin")


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pl.DataFrame]:
    """The folder of 200 Parquet files, and their rows."""
    folder = tmp_path_factory.mktemp("rows")
    return folder, day_files(folder, FILES)


@pytest.fixture(scope="module")
def alone(
    rows: tuple[Path, pl.DataFrame], shop: Bundle, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[object, ...]]:
    """All rows, scored as one file on one machine, sorted."""
    folder = tmp_path_factory.mktemp("alone")
    _, output = scored(shop, as_file(rows[1].drop("file"), folder / "in.parquet"), ".parquet")
    return sorted_rows([output])


def sorted_rows(files: list[Path]) -> list[tuple[object, ...]]:
    """Return the rows without their files' numbers of records."""
    return sorted(pl.concat([pl.read_parquet(file).drop("record") for file in files]).rows())


def pieces_done(folder: Path) -> int:
    return sum(1 for _ in (folder / "_unfinished" / "_pieces").rglob("*.json"))


@contextmanager
def amid(folder: Path, act: Callable[[], object], after: int = 20) -> Iterator[list[int]]:
    """Do something once so many pieces are done; yield how many they were then."""
    at: list[int] = []
    ended = Event()

    def watch() -> None:
        while not ended.wait(0.002):
            if (done := pieces_done(folder)) >= after:
                act()
                at.append(done)
                return

    watcher = Thread(target=watch)
    watcher.start()
    try:
        yield at
    finally:
        ended.set()
        watcher.join()


def kill_one_worker() -> None:
    """Kill one of this process's workers without a word."""
    workers = [
        each
        for each in psutil.Process().children(recursive=True)
        if "spawn_main" in " ".join(each.cmdline())
    ]
    assert len(workers) == 2
    workers[0].kill()


def test_a_worker_that_is_killed_costs_no_row(
    rows: tuple[Path, pl.DataFrame], alone: list[tuple[object, ...]], model: Path, tmp_path: Path
) -> None:
    with amid(tmp_path / "out", kill_one_worker) as at:
        score_all(model, f"{rows[0]}/day=*/*.parquet", tmp_path / "out", "local:2")
    assert 20 <= at[0] < FILES
    files = sorted((tmp_path / "out").rglob("*.parquet"))
    assert len(files) == FILES
    assert sorted_rows(files) == alone
    found = manifest(tmp_path / "out")
    assert (found["read"], found["scored"], found["rejected"]) == (50 * FILES, 50 * FILES, 0)
    assert not (tmp_path / "out" / "_unfinished").exists()


def test_files_are_byte_for_byte_those_of_one_machine(
    rows: tuple[Path, pl.DataFrame], model: Path, tmp_path: Path
) -> None:
    score_all(model, f"{rows[0]}/", tmp_path / "here")
    score_all(model, f"{rows[0]}/", tmp_path / "there", "local:2")
    assert outputs(tmp_path / "there") == outputs(tmp_path / "here")


def command(model: Path, source: Path, target: Path) -> "subprocess.Popen[str]":
    """Score by the command line, in a group of processes of its own."""
    code = "from model_runtime.cli import app; app()"
    return subprocess.Popen(
        [sys.executable, "-c", code, "score", f"{source}/", str(target), "--cluster", "local:2"],
        env=os.environ | {f"{PREFIX}PATHS__BUNDLE": str(model)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(pieces: int, folder: Path, process: "subprocess.Popen[str]") -> None:
    end = time.monotonic() + 120
    while pieces_done(folder) < pieces:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.002)


def wait_until_gone(group: int) -> None:
    """Wait for the last process of a group."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    raise AssertionError


def test_a_client_that_is_killed_is_gone_on_with(
    rows: tuple[Path, pl.DataFrame], alone: list[tuple[object, ...]], model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    process = command(model, rows[0], out)
    wait_for(20, out, process)
    process.kill()
    process.communicate()
    wait_until_gone(process.pid)
    done = pieces_done(out)
    assert 20 <= done < FILES
    again = command(model, rows[0], out)
    said, error = again.communicate(timeout=300)
    assert again.returncode == 0, error
    assert f"10,000 from 200 files in 200 pieces, {done} of them by an earlier run" in said
    assert sorted_rows(sorted(out.rglob("*.parquet"))) == alone


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_that_it_can_go_on(
    rows: tuple[Path, pl.DataFrame], model: Path, tmp_path: Path, number: int
) -> None:
    out = tmp_path / "out"
    process = command(model, rows[0], out)
    wait_for(20, out, process)
    if number == signal.SIGINT:
        os.killpg(process.pid, number)  # as a terminal does
    else:
        process.send_signal(number)
    _, error = process.communicate(timeout=120)
    assert process.returncode == 128 + number, error
    first, kept = error.splitlines()
    assert first == "Interrupted."
    assert kept.endswith(" pieces are finished and kept; the same command goes on from there.")
    wait_until_gone(process.pid)


def test_a_run_on_a_scheduler_of_its_own(
    rows: tuple[Path, pl.DataFrame], alone: list[tuple[object, ...]], model: Path, tmp_path: Path
) -> None:
    with (
        scheduler(tmp_path, "127.0.0.1") as address,
        worker(tmp_path, address),
        worker(tmp_path, address),
    ):
        score_all(model, f"{rows[0]}/", tmp_path / "out", address)
    assert sorted_rows(sorted((tmp_path / "out").rglob("*.parquet"))) == alone


def test_a_scheduler_that_is_gone_is_told_and_what_is_finished_is_kept(
    rows: tuple[Path, pl.DataFrame], model: Path, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        own = stack.enter_context(ExitStack())
        address = own.enter_context(scheduler(tmp_path, "127.0.0.1"))
        stack.enter_context(worker(tmp_path, address))
        with (
            amid(tmp_path / "out", own.close),
            pytest.raises(ProjectError, match=r"does not answer any more.* are finished and kept"),
        ):
            score_all(model, f"{rows[0]}/", tmp_path / "out", address)
    score_all(model, f"{rows[0]}/", tmp_path / "out")
    assert manifest(tmp_path / "out")["scored"] == 50 * FILES


def test_a_network_that_is_cut_costs_no_row(
    rows: tuple[Path, pl.DataFrame], alone: list[tuple[object, ...]], model: Path, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        try:
            networks = [stack.enter_context(network(number)) for number in (1, 2)]
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("no networks can be made here: that takes root, and ip")
        address = stack.enter_context(scheduler(tmp_path, "0.0.0.0"))
        port = address.rpartition(":")[2]
        for each in networks:
            stack.enter_context(worker(tmp_path, f"tcp://{each.outside}:{port}", each))
        with amid(tmp_path / "out", networks[0].cut) as at:
            score_all(model, f"{rows[0]}/", tmp_path / "out", f"tcp://127.0.0.1:{port}")
    assert at[0] < FILES
    assert sorted_rows(sorted((tmp_path / "out").rglob("*.parquet"))) == alone
