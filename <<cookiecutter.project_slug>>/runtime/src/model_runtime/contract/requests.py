"""The three shapes of a request: one row, a list of rows, and a list within an object."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Protocol

from pydantic import BaseModel, FailFast, Field, TypeAdapter, ValidationError, create_model

from ..features.rule import REASONS
from .findings import Finding, Row, RowType
from .likeness import Words


class Shape(Protocol):
    """The way that rows lie in what is sent; `documented` is its type for people."""

    documented: Any
    most_rows: int

    def holding(self, rows: Sequence[Row]) -> Any:
        """Return what a client sends to ask about rows."""
        ...

    def rows(self, sent: Any) -> list[Row] | None:
        """Return the rows' values; nothing if something does not fit."""
        ...

    def keys(self, sent: Any) -> int:
        """Return how many keys there are in what fits."""
        ...

    def findings(self, sent: Any) -> Iterator[Finding]:
        """Yield what does not fit."""
        ...


class One:
    """One row."""

    most_rows = 1

    def __init__(self, row: RowType, documented: type[BaseModel]) -> None:
        """Take rows of a type, and document it."""
        self._row, self.documented = row, documented
        self.findings = row.findings

    def holding(self, rows: Sequence[Row]) -> Row:
        """See `Shape.holding`."""
        return rows[0]

    def rows(self, sent: Any) -> list[Row] | None:
        """See `Shape.rows`."""
        row = self._row.read(sent)
        return [row] if row else None

    def keys(self, sent: Any) -> int:
        """See `Shape.keys`."""
        return len(sent)


class Many:
    """A list of rows."""

    def __init__(self, row: RowType, documented: type[BaseModel], most_rows: int) -> None:
        """Take rows of a type, at least one, and document it."""
        self._row, self.most_rows = row, most_rows
        limits: Any = Field(min_length=1, max_length=most_rows)
        self.documented: Any = Annotated[list[documented], limits]  # type: ignore[valid-type]
        rows = Annotated[list[row.type], limits, FailFast()]  # type: ignore[name-defined]
        self._validate = TypeAdapter(rows).validator.validate_python

    def holding(self, rows: Sequence[Row]) -> list[Row]:
        """See `Shape.holding`."""
        return list(rows)

    def rows(self, sent: Any) -> list[Row] | None:
        """See `Shape.rows`."""
        try:
            rows: list[Row] = self._validate(sent)
        except ValidationError:
            return None
        return rows if set(map(len, rows)) == {self._row.width} else None

    def keys(self, sent: Any) -> int:
        """See `Shape.keys`."""
        return sum(map(len, sent))

    def findings(self, sent: Any, field: str | None = None) -> Iterator[Finding]:
        """See `Shape.findings`; `field` is where the list lies."""
        if not isinstance(sent, list):
            yield Finding(REASONS["list_type"], field, value=sent)
        elif not sent:
            yield Finding(REASONS["too_short"].format(min_length=1), field, value=sent)
        elif len(sent) > self.most_rows:
            s = "" if self.most_rows == 1 else "s"
            reason = REASONS["too_long"].format(max_length=self.most_rows, s=s)
            yield Finding(reason, field, value=sent)
        else:
            for number, row in enumerate(sent):
                if not self._row.read(row):
                    yield from self._row.findings(row, number)


class Data:
    """An object whose `data` is a list of rows, as Azure ML's clients send it."""

    def __init__(self, row: RowType, documented: type[BaseModel], most_rows: int) -> None:
        """Take rows of a type, at least one, and document it."""
        self._many, self.most_rows = Many(row, documented, most_rows), most_rows
        config, rows = documented.model_config | {"title": "Data"}, self._many.documented
        self.documented = create_model("Data", __config__=config, data=(rows, ...))

    def holding(self, rows: Sequence[Row]) -> dict[str, list[Row]]:
        """See `Shape.holding`."""
        return {"data": list(rows)}

    def rows(self, sent: Any) -> list[Row] | None:
        """See `Shape.rows`."""
        if isinstance(sent, dict) and sent.keys() == {"data"}:
            return self._many.rows(sent["data"])
        return None

    def keys(self, sent: Any) -> int:
        """See `Shape.keys`."""
        return 1 + self._many.keys(sent["data"])

    def findings(self, sent: Any) -> Iterator[Finding]:
        """See `Shape.findings`."""
        if not isinstance(sent, dict):
            yield Finding(REASONS["model_type"], value=sent)
            return
        if "data" in sent:
            yield from self._many.findings(sent["data"], "data")
        else:
            yield Finding(REASONS["missing"], "data")
        for name in sent.keys() - {"data"}:
            reason, value = REASONS["extra_forbidden"], sent[name]
            yield Finding(reason, name, None, value, name, Words(["data"]))
