"""The rows that the use case's own loader returns, as a file that the readers can read."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from ..bundle.metadata import Data, Metadata
from ..counts import counted
from ..errors import ProjectError
from ..hooks import in_partitions
from ..settings import Settings
from ..training.data import load
from ..training.provenance import fingerprint
from ..training.split import split
from ..training.use_case import UseCase
from ..training.validate import demand_columns


def write_loaded(
    file: Path, use_case: UseCase, settings: Settings, metadata: Metadata
) -> tuple[str, str]:
    """Write what `load_data` returns to a Parquet file; of data in parts, some drawn from them.

    Of the very data that the bundle learned from it is their hold-out, the rest being no measure.

    Returns:
        What the rows are, in words, and their SHA-256.

    Raises:
        ProjectError: They are no table.
    """
    parted = in_partitions(use_case.data_loader())
    drawn = load(use_case, settings.training) if parted else None
    if drawn and drawn.whole:
        frame, data = drawn.whole.held_out(), drawn.origin
        about = f"{counted(len(frame), 'row')} drawn from load_partitions"
    else:
        frame, data = _loaded(use_case)
        about = "the rows of load_data"
    if data == metadata.data:
        frame = frame if parted else _hold_out(frame, use_case, settings)
        about = "the hold-out of the data that it learned from"
    target = use_case.features.target
    try:
        table = pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise ProjectError(
            f"The rows of DataLoader.load_data are no table of columns of one type each ({error}); "
            f"each column, the target '{target}' too, is to have texts, numbers or booleans."
        ) from error
    parquet.write_table(table, file)
    return about, data.sha256


def _loaded(use_case: UseCase) -> tuple[pd.DataFrame, Data]:
    frame, name = use_case.loaded(), use_case.features.weight
    demand_columns(frame, use_case.features)
    rows = int(frame[name].sum()) if name in frame else len(frame)
    return frame, fingerprint(frame, rows)


def _hold_out(frame: pd.DataFrame, use_case: UseCase, settings: Settings) -> pd.DataFrame:
    options, weight = settings.training, use_case.features.weight
    rows = use_case.rows(frame)
    held = split(rows, options.test_size, options.seed, use_case.features.task).test
    found = frame.loc[held.X.index]
    return found if weight is None else found.assign(**{weight: np.asarray(held.weight)})
