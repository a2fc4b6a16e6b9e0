"""Score many files, on this machine or on a cluster, from any storage that fsspec knows."""
