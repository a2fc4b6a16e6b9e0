"""A bundle: the folder that training leaves and serving loads."""
