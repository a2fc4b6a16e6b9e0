"""The web page finds the encoding of bytes that `make score` finds."""

from codecs import BOM_UTF8
from pathlib import Path

from model_runtime.tables.found_encoding import byte_order_mark, likely

from ..support.on_node import BROKEN, on_node

SCRIPT = """
import { readFileSync } from "node:fs";
import { decoded } from "./csv.js";
const texts = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((each) => decoded(new Uint8Array(each)))));
"""


def test_the_page_finds_the_encoding_of_what_is_broken(tmp_path: Path) -> None:
    wholes = [text.encode(code) for text in ("Größe, Ölgasse", "ö") for code in ("utf-8", "cp1252")]
    replaced = "a\ufffdb\ufffd".encode()
    wholes += [replaced, replaced + b"\xf6", replaced + b"\xf6a\xe4a\xfca", BOM_UTF8 + b"\xf6a\xe4"]
    texts = [whole[:end] for whole in wholes for end in range(1, len(whole) + 1)]
    found = on_node(tmp_path, SCRIPT, [[*text] for text in texts])
    codes = [byte_order_mark(text) or likely(text) for text in texts]
    pairs = [*zip(texts, codes, strict=True)]
    assert [each.replace(BROKEN, "\ufffd") for each in found] == [
        text.decode(code, "replace") for text, code in pairs
    ]
    assert [BROKEN in each for each in found] == [
        code != "cp1252" and text.decode("utf-8", "ignore").encode() != text for text, code in pairs
    ]


def test_a_texts_own_sign_is_none_that_is_broken(tmp_path: Path) -> None:
    own = "Z\ufffdrich, Größe"
    wholes = {
        "utf-8": own.encode(),
        "utf-16-le": b"\xff\xfe" + own.encode("utf-16-le"),
        "utf-16-be": b"\xfe\xff" + own.encode("utf-16-be"),
    }
    for whole, end in ((whole, end) for whole in wholes.values() for end in (b"", b"\xe9")):
        (found,) = on_node(tmp_path, SCRIPT, [[*whole, *end]])
        assert found == own + (BROKEN if end else "")
