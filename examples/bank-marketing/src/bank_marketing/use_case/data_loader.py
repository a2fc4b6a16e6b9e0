"""The source of the data."""

import logging
from pathlib import Path

import pandas as pd
from model_runtime import BaseDataLoader, ProjectError

from .fetch import fetch_calls, read_calls
from .synthetic import make_up

DATA = Path("data")
CALLS = "bank-marketing.csv"
MADE_UP = "synthetic.csv"

log = logging.getLogger(__name__)


class DataLoader(BaseDataLoader):
    """Loads the calls of data/; data/README.md names the source."""

    def load_data(self, n_rows: int | None = None) -> pd.DataFrame:
        """Return the columns of features.yaml, target included; at most `n_rows` rows.

        `unknown` stays a label of its own, for who does not say so differs from who does. A
        `pdays` of 999 stays as it is: trees part it from real days, which are less than a month,
        and for a linear model it says little but whether there was an earlier call.
        """
        file = _file()
        frame = read_calls(file, n_rows)
        kind = "rows"
        if file.name == MADE_UP:
            kind = "SYNTHETIC rows, made up"
            frame.attrs["tags"] = {"data": "synthetic: made up, no bank's customers"}
        log.info(f"{len(frame):,} {kind}, in {file}")
        return frame

    def fetch_data(self, source: str | None, only: list[str]) -> None:
        """Put the calls into data/, or made-up ones.

        Args:
            source: An address or a path, or "synthetic"; left out, the UCI repository's.
            only: Not for this data.
        """
        if only:
            raise ProjectError("ONLY is not for this data; it is fetched as a whole.")
        if source != "synthetic":
            fetch_calls(source, DATA / CALLS)
        elif (DATA / CALLS).exists():
            raise ProjectError(
                f"{DATA / CALLS} is here and would be used instead of made-up rows; move it away."
            )
        else:
            make_up(DATA / MADE_UP)


def _file() -> Path:
    for name in (CALLS, MADE_UP):
        if (DATA / name).is_file():
            return DATA / name
    raise ProjectError(
        f"{DATA} holds no {CALLS}. Fetch it (`make data`), take your own "
        "(`make data FROM=file-or-address`), or make some up (`make data FROM=synthetic`)."
    )
