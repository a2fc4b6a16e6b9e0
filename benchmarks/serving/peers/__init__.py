"""The same forest behind other servers: each file is what its server's documentation asks for."""
