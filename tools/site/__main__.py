"""Build the documentation site; a link that leads nowhere fails it.

python -m tools.site --output DIR
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.examples import ROOT

from .reference import pages as reference
from .staged import Site

CONFIGURATION = "zensical.toml"


def build(output: Path, repository: str = "") -> Path:
    """Stage all pages and build the site from them.

    Args:
        output: A folder for both, of which `site/` is the site.
        repository: The repository's address, where links to files that are no pages lead.

    Returns:
        The site's folder.

    Raises:
        subprocess.CalledProcessError: Zensical found something amiss, and has told it.
    """
    for name in ("pages", "site", ".cache"):
        shutil.rmtree(output / name, ignore_errors=True)
    site = Site(ROOT, output / "pages", repository)
    site.write(reference())
    shutil.copy(ROOT / CONFIGURATION, output)
    zensical = Path(sys.executable).with_name("zensical")
    subprocess.run([zensical, "build", "--strict"], cwd=output, check=True)
    return output / "site"


def main() -> int:
    """Build the site where the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=ROOT / "build", help="a folder")
    options = parser.parse_args()
    try:
        site = build(options.output, os.environ.get("REPOSITORY", ""))
    except subprocess.CalledProcessError as error:
        return int(error.returncode)
    sys.stdout.write(f"{site / 'index.html'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
