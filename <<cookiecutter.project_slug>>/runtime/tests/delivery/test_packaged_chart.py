"""A packaged chart's version and values."""

import pytest

from model_runtime.delivery.packaged_chart import chart_version


@pytest.mark.parametrize(
    ("model", "revision", "version"),
    [
        (7, "0123456789ab", "0.1.7+0123456789ab"),
        (12, "0123456789ab-dirty", "0.1.12+0123456789ab-dirty"),
        (1, None, "0.1.1"),
    ],
)
def test_a_charts_version_grows_with_the_models(
    model: int, revision: str | None, version: str
) -> None:
    assert chart_version("0.1.0", model, revision) == version
