"""Open the records of a file, in whatever form of CSV it is written."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import BinaryIO

from ..bundle.schema import Schema
from ..errors import ProjectError
from ..progress import also
from ..tables.form import AskedForm, Columns, CsvForm, form_of
from ..tables.found_encoding import LOOKED_AT
from ..tables.no_text import demand_table, demand_text
from .check import NUMBERS
from .encodings import as_utf8, with_line_feeds
from .inputs import Input, known_names
from .read_csv import CsvInput
from .stream import INPUTS


@contextmanager
def open_input(
    path: object,
    suffix: str,
    file: BinaryIO,
    schema: Schema,
    asked: AskedForm,
    beside: tuple[str, ...] = (),
) -> Iterator[Input]:
    """Yield the records of an open file.

    Args:
        path: For messages.
        suffix: Of its format, one of `INPUTS`.
        file: Its content, from its beginning.
        schema: The bundle's.
        asked: The parts of the form of CSV that are said; of JSON lines, the encoding alone.
        beside: Other columns that are kept.

    Raises:
        ProjectError: It is damaged, or lacks a column; or its format has not what is asked.
    """
    expected = columns(schema, beside)
    with plain_text(path, suffix, file, asked, expected) as (content, form):
        kind = INPUTS[suffix]
        if kind is CsvInput:
            yield CsvInput(path, content, schema, beside, form)
        else:
            yield kind(path, content, schema, beside)


@contextmanager
def plain_text(
    path: object, suffix: str, file: BinaryIO, asked: AskedForm, expected: Columns
) -> Iterator[tuple[BinaryIO, CsvForm]]:
    """Yield a file in UTF-8, if it is a text, and the form of CSV that it has or that is asked.

    Lines that end with carriage returns alone end with line feeds then.

    The arguments are those of `open_input`, and the columns that are expected.

    Raises:
        ProjectError: Its format has not what is asked, it is no text, or not in the encoding.
    """
    form, encoding = CsvForm(), asked.encoding
    if suffix != ".parquet":
        first = file.read(LOOKED_AT)
        file.seek(0)
        demand_text(path, first)
    if is_csv := INPUTS[suffix] is CsvInput:
        demand_table(path, first, asked.encoding)
        form = form_of(first, asked, expected)
        if not form.plain:
            also("form", form.told)
        if not encoding and not form.encoding.startswith("utf-8"):
            encoding = form.encoding
    elif asked.separator or asked.decimal:
        raise ProjectError(f"{path} has no SEPARATOR and no DECIMAL: only CSV has them.")
    with (
        as_utf8(path, suffix, file, encoding) as content,
        nullcontext(content) if suffix == ".parquet" else with_line_feeds(content, is_csv) as lines,
    ):
        yield lines, form


def columns(schema: Schema, beside: tuple[str, ...]) -> Columns:
    """Return the columns that a file for a model may have."""
    numbers = {each.name for each in schema.features if each.type in NUMBERS}
    numbers |= {name for name in beside if name != schema.target or not schema.classes}
    return Columns(frozenset(known_names(schema, beside)), frozenset(numbers))
