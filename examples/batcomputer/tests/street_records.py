"""Lines of the records' files, made up."""

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,"
    "LSOA code,LSOA name,Crime type,Last outcome category,Context"
)


def record(outcome: str = "Offender fined", force: str = "Kent Police") -> str:
    """Return a line of a street-level file."""
    place = '1.0,51.0,"On or near Castle Street, East",E01,Kent 001A'
    return f"abc,2018-10,{force},{force},{place},Burglary,{outcome},"
