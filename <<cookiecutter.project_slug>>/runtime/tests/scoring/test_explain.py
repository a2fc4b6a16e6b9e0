"""Reasons are told as often, and as long, as people read them."""

from model_runtime.bundle.read import Bundle
from model_runtime.scoring.explain import MOST_LIKENED, RowReader


def test_a_file_of_rejects_has_like_labels_for_as_many_values_as_people_read(shop: Bundle) -> None:
    rows = RowReader(shop.schema)
    good = {"age": 40, "copy": True}
    found = [
        reject.allowed
        for k in range(MOST_LIKENED + 100)
        for reject in rows.rejects({**good, "Größe": f"M{k % 10}{'x' * (k // 10)}"}, k, k, {})
    ]
    assert found[:10] == ["M, and 2 more"] * 10
    assert found[-100:] == [""] * 100
    assert rows.rejects({**good, "Größe": "M0"}, 1, 1, {})[0].allowed == "M, and 2 more"
