"""Draw Vega-Lite charts, by Vega itself; run by `uv run`, from and to JSON."""

import json
import sys


def main() -> None:
    """Answer a mapping of specifications with one of SVG pictures."""
    # Only what runs this has it.
    import vl_convert  # type: ignore[import-not-found, unused-ignore]

    given = json.load(sys.stdin)
    draw = vl_convert.vegalite_to_svg
    json.dump({name: draw(spec, vl_version="5.20") for name, spec in given.items()}, sys.stdout)


if __name__ == "__main__":
    main()
