"""Score files of any size, in constant memory."""
