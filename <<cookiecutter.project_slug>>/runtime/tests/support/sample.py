"""The sample project in `sample/`, in a folder of the test session's own."""

from pathlib import Path

ORIGINAL = Path(__file__).parents[1] / "sample"
USE_CASE = ORIGINAL / "src" / "shop" / "use_case"
RUNTIME = ORIGINAL.parents[1]

PREFIX = "SHOP_"
"""The prefix of its settings' variables."""
