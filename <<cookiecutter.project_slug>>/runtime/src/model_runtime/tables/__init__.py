"""Tables of the use case's own: CSV of any encoding and separator, and Parquet."""
