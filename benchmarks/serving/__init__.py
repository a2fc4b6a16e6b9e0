"""The service beside others that serve the same forest: `make bench-serving`."""
