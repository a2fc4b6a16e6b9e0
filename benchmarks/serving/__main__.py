"""Measure the service beside its peers, and make the page, its data and its picture.

python -m benchmarks.serving --projects build [--only ours,fastapi] [--seconds 2] [--rounds 1]
"""

import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from .figures import measured
from .freshness import made_once, state_of
from .load import demand_wrk
from .machine import machine
from .measure import Effort, Measuring
from .page import page
from .picture import picture
from .process import cores
from .server import Server, read_servers

ROOT = Path(__file__).resolve().parent.parent.parent
DATA = "benchmarks.json"


def main() -> None:
    """Measure as the arguments say."""
    arguments = _arguments()
    if arguments.redraw:
        write(json.loads((arguments.output / DATA).read_text("utf-8")), arguments.output)
        return
    try:
        servers = read_servers([name for name in arguments.only.split(",") if name])
        demand_wrk()
        cores()
    except (OSError, ValueError) as error:
        sys.exit(str(error))
    projects, folder = arguments.projects.resolve(), arguments.folder.resolve()
    about = machine()
    _make_models(servers, projects, folder / "models")
    effort = Effort(arguments.seconds, arguments.rounds, arguments.starts, arguments.turns)
    measuring = Measuring(folder, projects, effort, lambda line: print(line, flush=True))
    noted = json.loads((folder / "models" / "titanic" / "rows.json").read_text("utf-8"))
    results = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": about,
        "effort": vars(effort),
        "call_ms": round(noted["call_ms"], 3),
        "servers": measuring.run(servers),
    }
    write(results, arguments.output)
    print(f"\n{page(results)}\n{arguments.output / 'benchmarks.md'}")


def write(results: dict[str, object], output: Path) -> None:
    """Write data, page and picture into a folder."""
    (output / "images").mkdir(parents=True, exist_ok=True)
    (output / DATA).write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    (output / "benchmarks.md").write_text(page(results), "utf-8")
    if measured(results):
        picture(results, output / "images" / "benchmarks.png")


def _make_models(servers: list[Server], projects: Path, folder: Path) -> None:
    """Train each project's models, by its own Python."""
    for name in sorted({"titanic", *(server.project for server in servers)}):
        if not (projects / name / ".venv").is_dir():
            sys.exit(f"{projects / name} has no environment: `make bench-serving` makes it.")
        train = partial(_train, projects / name, folder / name)
        made_once(folder / name, state_of(projects / name), train)


def _train(project: Path, folder: Path) -> None:
    subprocess.run(
        [".venv/bin/python", "-m", "benchmarks.serving.models", str(folder)],
        cwd=project,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:src"},
        check=True,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.serving", description=__doc__)
    build = ROOT / "build"
    parser.add_argument("--projects", type=Path, default=build, help="folder of made projects")
    parser.add_argument("--folder", type=Path, default=build / "serving", help="for what is made")
    parser.add_argument("--output", type=Path, default=build / "serving" / "results")
    parser.add_argument("--only", default="", help="names in servers.toml, with commas between")
    parser.add_argument("--seconds", type=int, default=Effort.seconds, help="of each load")
    parser.add_argument("--rounds", type=int, default=Effort.rounds)
    parser.add_argument("--starts", type=int, default=Effort.starts, help="of each server")
    parser.add_argument("--turns", type=int, default=Effort.turns, help="to tell what parts cost")
    parser.add_argument("--redraw", action="store_true", help="page and picture from old data")
    return parser.parse_args()


if __name__ == "__main__":
    main()
