"""The service's lines in Log Analytics."""
