"""`make performance` and `make drift`, as their commands: exit codes, and where gauges go."""

import base64
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from model_runtime.cli import app

from ..support.labelled_files import saved
from ..support.logged import event, written
from ..support.sample import PREFIX
from ..support.small_cases import customers

Command = Callable[..., Any]


@pytest.fixture
def place(trained: Path, tmp_path: Path) -> Path:
    """A folder with ten predictions, of which eight are right, and their outcomes."""
    shares = ({"yes": 0.9, "no": 0.1}, {"yes": 0.2, "no": 0.8})
    answers = [event(k, shares[k % 2], hours=k) for k in range(10)]
    written(tmp_path / "shop.log", [*answers, "INFO: started"])
    told = ["yes", "no"] * 4 + ["no", "yes"]
    lines = "".join(f"{k},{outcome}\n" for k, outcome in enumerate(told))
    (tmp_path / "known.csv").write_text(f"customer,bought\n{lines}")
    return tmp_path


@pytest.fixture
def command(trained: Path, place: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run a command as in a shell, but in this process, which has all of it loaded already."""
    monkeypatch.setenv(f"{PREFIX}PATHS__BUNDLE", str(trained / "model_bin"))
    monkeypatch.setenv(f"{PREFIX}PATHS__REPORTS", str(place / "reports"))
    return lambda *words, stdin=None: CliRunner().invoke(app, words, input=stdin)


def test_performance_reads_standard_input_and_fails_where_a_threshold_is_missed(
    command: Command, place: Path
) -> None:
    log, known = (place / "shop.log").read_text(), f"--outcomes={place / 'known.csv'}"
    asked = "--thresholds=accuracy >= 0.8, roc_auc > 0.5"
    good = command("performance", known, asked, stdin=log)
    assert good.exit_code == 0, good.stderr
    assert "accuracy                0.8" in good.stdout
    bad = command("performance", known, "--thresholds=accuracy>=0.9", stdin=log)
    assert bad.exit_code == 1
    assert "misses its thresholds: accuracy is 0.8 and has to be >=0.9." in bad.stderr
    assert (place / "reports-performance" / "performance.md").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Say where the outcomes are: OUTCOMES=file.csv."),
        (["--outcomes=known.csv", "--by=fortnight"], "BY is 'fortnight'; periods are hour, day"),
        (["--outcomes=known.csv", "--thresholds=acuracy > 1"], "'acuracy > 1', and that is no"),
        (["--outcomes=known.csv", "--thresholds=accuracy > x"], "accuracy: '> x' is no threshold"),
        (["--outcomes=nothing.csv"], "nothing.csv can't be read (No such file"),
        (["--outcomes=known.xls"], "OUTCOMES is 'known.xls'; its name has to end with one of"),
    ],
)
def test_what_is_wrong_with_the_options_is_a_sentence(
    command: Command, place: Path, words: list[str], said: str
) -> None:
    done = command("performance", f"--from={place / 'shop.log'}", *words)
    assert done.exit_code == 1
    assert said in " ".join(done.stderr.split())


def test_drift_fails_where_something_has_drifted_and_writes_its_gauges(
    command: Command, place: Path
) -> None:
    same = saved(customers(300), place / "same.csv")
    other = saved(customers(300).assign(age=25), place / "other.csv")
    file = place / "drift.prom"
    good = command("drift", f"--input={same}", f"--gauges={file}")
    assert good.exit_code == 0, good.stderr
    age = 'column="age",kind="feature",model="shop",release="default/model-service"'
    assert f"model_drifted{{{age}}} 0.0" in file.read_text()
    bad = command("drift", f"--input={other}", f"--gauges={file}")
    assert bad.exit_code == 1
    assert "Drifted since training: " in bad.stderr
    assert "feature 'age' has a PSI of" in bad.stderr
    assert f"model_drifted{{{age}}} 1.0" in file.read_text()
    lax = command("drift", f"--input={other}", "--psi=100")
    assert lax.exit_code == 0, lax.stderr
    both = command("drift", f"--input={other}", "--since=2030-01-01")
    assert "leave FROM, SINCE, UNTIL out" in both.stderr


@pytest.fixture
def gateway() -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """A Pushgateway's address, and what it gets: method, path, body."""
    got: list[tuple[str, str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            got.append((self.command, self.path, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", got
        server.shutdown()
        thread.join()


def test_a_pushgateway_gets_all_gauges_in_the_former_ones_place(
    command: Command, place: Path, gateway: tuple[str, list[tuple[str, str, str]]]
) -> None:
    """By its API: PUT replaces the group that job and labels name; / needs base64."""
    address, got = gateway
    known, log = f"--outcomes={place / 'known.csv'}", f"--from={place / 'shop.log'}"
    done = command("performance", known, log, f"--gauges={address}")
    assert done.exit_code == 0, done.stderr
    ((method, path, body),) = got
    release = base64.urlsafe_b64encode(b"default/model-service").decode()
    assert method == "PUT"
    assert path == f"/metrics/job/model_performance/model/shop/release@base64/{release}"
    assert 'model_performance{metric="accuracy",model="shop"' in body
    wrong = command("performance", known, log, "--gauges=http://127.0.0.1:9/x")
    assert wrong.exit_code == 1
    assert "takes no gauges (" in " ".join(wrong.stderr.split())
    wrong = command("performance", known, log, f"--gauges={place / 'x.txt'}")
    assert "reads what ends with .prom" in " ".join(wrong.stderr.split())
