"""Score an open input to an open output, block by block."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import polars as pl

from .check import Checked
from .explain import Reject, RejectsFile
from .inputs import Input
from .predict import BlockPredictor
from .read_csv import CsvInput
from .read_json_lines import JsonLinesInput
from .read_parquet import ParquetInput
from .write import OUTPUTS, OutputColumns

INPUTS: dict[str, type[CsvInput] | type[ParquetInput] | type[JsonLinesInput]] = {
    ".csv": CsvInput,
    ".tsv": CsvInput,
    ".txt": CsvInput,
    ".parquet": ParquetInput,
    ".jsonl": JsonLinesInput,
    ".ndjson": JsonLinesInput,
}


@dataclass(frozen=True)
class Counts:
    """The counts of records; `read` is `scored` and `rejected` together."""

    read: int
    scored: int
    rejected: int
    ignored: list[str]


def score_stream(
    records: Input,
    predictor: BlockPredictor,
    columns: OutputColumns,
    output: tuple[BinaryIO, str],
    rejects: BinaryIO,
    tell: Callable[[Input], None] = lambda _: None,
) -> Counts:
    """Score all records of an input; the rejects are written beside.

    Args:
        records: The input.
        predictor: Answers its blocks.
        columns: The output's columns.
        output: A file, and the suffix of its format.
        rejects: A file, which gets its header in any case.
        tell: Called after each block.

    Raises:
        ProjectError: The input is damaged.
        OSError: A file can't be read or written.
    """
    scored = 0
    file, suffix = output
    target = OUTPUTS[suffix](file)
    text = io.TextIOWrapper(rejects, "utf-8", newline="", write_through=True)
    try:
        rejected = RejectsFile(text)
        for block in records.blocks():
            frame, refused = _predicted(block, predictor, columns)
            target.write(frame)
            rejected.add([*block.rejects, *refused])
            scored += frame.height
            tell(records)
        target.close()
        text.flush()
    finally:
        text.detach()  # whose file it is closes it
    if records.read != scored + rejected.records:
        raise RuntimeError(
            f"{records.read} records were read, {scored} scored, {rejected.records} rejected"
        )
    return Counts(records.read, scored, rejected.records, sorted(records.ignored))


def _predicted(
    block: Checked, predictor: BlockPredictor, columns: OutputColumns
) -> tuple[pl.DataFrame, list[Reject]]:
    """Return a block's scored rows, and the rows that the model itself refuses."""
    found = predictor(block.features)
    frame = columns.frame(block, found.outputs)
    if not found.refused:
        return frame, []
    refused = [
        Reject(
            int(block.records[k]), None if block.lines is None else int(block.lines[k]), None, why
        )
        for k, why in found.refused.items()
    ]
    kept = np.ones(frame.height, bool)
    kept[list(found.refused)] = False
    return frame.filter(pl.Series(kept)), refused
