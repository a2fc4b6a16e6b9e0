"""The pipeline that retrains, behind an address and on a schedule."""
