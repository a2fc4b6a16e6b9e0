"""Score a piece: what a process does again and again."""

import json
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import BinaryIO, cast

from ...cluster import prepared
from ...errors import ProjectError
from ..inputs import Input
from ..open_input import open_input
from ..read_parquet import ParquetInput
from ..stream import score_stream
from .found import mark
from .output import piece_of, record_of, rejects_of
from .pieces import Done, Piece
from .place import reason
from .scorer import NAME, Scorer, made_by

TRIES = 3
"""Times that a piece is tried whose storage fails; drivers try each request again themselves."""

_WAIT_S = 2.0

_IN_MEMORY = 1024 * 1024
"""Bytes of rejects that need no file."""


def score_piece(piece: Piece) -> Done:
    """Score a piece into OUTPUT's unfinished part; its record is written last.

    Raises:
        ProjectError: The input is damaged, lacks a column, has changed, or a storage fails.
    """
    for left in range(TRIES - 1, -1, -1):
        try:
            return _score(piece)
        except Exception as error:
            if not (left and _may_pass(piece, error)):
                if isinstance(error, ProjectError):
                    raise
                raise ProjectError(_told(piece, error)) from None
            time.sleep(_WAIT_S)
    raise AssertionError


def _may_pass(piece: Piece, error: Exception) -> bool:
    """Tell whether an error may be one of the network."""
    if piece.file.place.local and piece.output.local:
        return False
    if isinstance(error, ProjectError):
        return isinstance(error.__cause__, OSError)
    return not isinstance(error, FileNotFoundError | PermissionError)


def _told(piece: Piece, error: Exception) -> str:
    return (
        f"{piece.file.place.name} can't be scored to {piece.output.name} on {socket.gethostname()} "
        f"({type(error).__name__}: {reason(error)})."
    )


def _score(piece: Piece) -> Done:
    start = time.monotonic()
    scorer: Scorer = prepared(NAME)
    with ExitStack() as stack:
        source = stack.enter_context(_open(piece))
        rejects = stack.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))
        records = stack.enter_context(_records(piece, source, scorer))
        with piece_of(piece).writing() as output:
            to = output, piece.suffix
            counts = score_stream(
                records, scorer.predictor, scorer.columns, to, cast(BinaryIO, rejects)
            )
            _check_same(piece)
        if counts.rejected:
            rejects.seek(0)
            with rejects_of(piece).writing() as file:
                shutil.copyfileobj(rejects, file)
    done = Done(
        counts.read,
        counts.scored,
        counts.rejected,
        tuple(counts.ignored),
        round(time.monotonic() - start, 3),
    )
    model = str(scorer.bundle.metadata.uuid)
    record = {**piece.made_of(), **made_by(model, scorer.form), **done.fields()}
    record_of(piece).write(json.dumps(record, ensure_ascii=False).encode())
    return done


def _open(piece: Piece) -> BinaryIO:
    parquet = piece.suffix == ".parquet"
    return piece.file.place.open("none" if parquet else "readahead")


@contextmanager
def _records(piece: Piece, source: BinaryIO, scorer: Scorer) -> Iterator[Input]:
    place, schema = piece.file.place, scorer.bundle.schema
    if piece.suffix == ".parquet":
        yield ParquetInput(place.name, source, schema, part=piece.part, remote=not place.local)
        return
    with open_input(place.name, piece.suffix, source, schema, scorer.form) as records:
        yield records


def _check_same(piece: Piece) -> None:
    """See that the file is the one that was found, now that it is read."""
    place = piece.file.place
    now = mark(place.storage.info(place.path))
    if now != piece.file.mark:
        raise ProjectError(
            f"{place.name} has changed since this run began ({piece.file.mark}; now {now}). Run "
            "the same command again."
        )
