"""A month of Batcomputer: train on one month, serve the next, and see how it does.

make month [RECORDS=archive.zip]
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from tools.demo import free_port, make, wait_until_ready
from tools.examples import ROOT, make_example

PICTURES = {
    "reports-performance/over_time.png": "month-performance.png",
    "reports-performance/calibration.png": "month-calibration.png",
    "reports-drift/psi.png": "month-drift.png",
    "reports-drift/changes.png": "month-changes.png",
}
"""The pictures of docs/month.md."""


def main() -> int:
    """Play the month; the project stays."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "build")
    parser.add_argument("--records", default="", help="an archive of data.police.uk; or synthetic")
    parser.add_argument("--months", nargs=2, default=("2018-10", "2018-11"))
    parser.add_argument("--pictures", type=Path, help="a folder that gets the report's pictures")
    options = parser.parse_args()
    project = make_example("batcomputer", options.output)
    make(project, "setup")
    first, second = options.months
    source = [f"FROM={options.records}"] if options.records else []
    shutil.rmtree(project / "month", ignore_errors=True)
    (project / "month").mkdir()
    # The second month first, and out of the way: training reads all that is in data/.
    make(project, "data", *source, f"ONLY={second}")
    shutil.move(project / "data", project / "month" / "data")
    make(project, "data", *source, f"ONLY={first}")
    make(project, "train")
    _serve_and_ask(project)
    make(project, "performance", "OUTCOMES=month/outcomes.csv", "FROM=month/month.log", "BY=day")
    make(project, "drift", "INPUT=month/features.csv", may_fail=True)
    for picture, name in PICTURES.items() if options.pictures else ():
        shutil.copy(project / picture, options.pictures / name)
    return 0


def _serve_and_ask(project: Path) -> None:
    """Serve the model while it is asked about each record of the second month."""
    port, python = free_port(8000), project / ".venv" / "bin" / "python"
    log = project / "month" / "service.log"
    with log.open("w") as output:
        service = subprocess.Popen(
            [project / ".venv/bin/batcomputer", "serve", "--port", str(port)],
            cwd=project,
            stdout=output,
            start_new_session=True,
        )
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", service)
            words = ["month/data", "--port", str(port), "--log", str(log), "--to", "month"]
            subprocess.run(
                [python, ROOT / "tools" / "play_month.py", *words], cwd=project, check=True
            )
        finally:
            service.terminate()
            service.wait()


if __name__ == "__main__":
    sys.exit(main())
