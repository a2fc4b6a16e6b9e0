"""The options of all commands that read CSV: the parts of its form that are said."""

from typing import Annotated

import typer

Encoding = Annotated[
    str, typer.Option(help="Of CSV or JSON lines, such as latin-1 or utf-16; left out, found.")
]
Separator = Annotated[
    str, typer.Option(help="The sign between CSV's fields, such as ';' or tab; left out, found.")
]
Decimal = Annotated[str, typer.Option(help="The decimal sign of CSV, . or ,; left out, found.")]
