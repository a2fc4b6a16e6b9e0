from pathlib import Path

import pytest

from model_runtime import spread
from model_runtime.cluster import using

pytestmark = [
    pytest.mark.slow,
    # Dask leaves sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.mark.parametrize("where", ["", "local:2"])
def test_each_piece_is_worked_on_once(where: str, tmp_path: Path) -> None:
    with using(where):
        assert sorted(spread(abs, range(-40, 0))) == [*range(1, 41)]
        with pytest.raises(FileNotFoundError):
            [*spread(Path.read_bytes, [tmp_path / "nothing"])]


def test_without_a_cluster_threads_work() -> None:
    assert sorted(spread(abs, (-2, -1))) == [1, 2]
