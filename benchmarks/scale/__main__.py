"""Make docs/scale.md and its picture; the bytes in docs/scale.json are measured by wire.py.

python -m benchmarks.scale [--price 0.04] [--output docs]
"""

import argparse
from pathlib import Path

from .days import RATES, play_day
from .page import page
from .picture import picture
from .sources import ROOT, read_sources

PRICE = 0.04
"""Of a vCPU hour, as an example."""


def main() -> None:
    """Simulate the days, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--price", type=float, default=PRICE)
    parser.add_argument("--output", type=Path, default=ROOT / "docs")
    options = parser.parse_args()
    sources = read_sources()
    days = [play_day(sources, rate) for rate in RATES]
    (options.output / "images").mkdir(parents=True, exist_ok=True)
    (options.output / "scale.md").write_text(page(sources, days, options.price), "utf-8")
    picture(days[-1], sources.target, options.output / "images" / "scale.png")


if __name__ == "__main__":
    main()
