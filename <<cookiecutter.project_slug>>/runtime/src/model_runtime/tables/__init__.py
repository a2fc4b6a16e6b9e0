"""Tables of the use case's own: CSV of any encoding and separator, and Parquet."""

from .form import CsvForm, find_form
from .read import read_by, read_head, read_table, read_whole

__all__ = ["CsvForm", "find_form", "read_by", "read_head", "read_table", "read_whole"]
