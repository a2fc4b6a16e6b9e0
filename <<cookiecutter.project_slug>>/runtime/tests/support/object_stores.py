"""Object storage on loopback: moto's server speaks S3."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import s3fs
from moto.server import ThreadedMotoServer

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "a-secret/that+nobody=sees"
BUCKET = "bucket"


@contextmanager
def s3(patch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Run a server with a bucket, name it in the environment, and yield its file system."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        patch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    storage = s3fs.S3FileSystem(use_listings_cache=False)
    storage.mkdir(BUCKET)
    try:
        yield storage
    finally:
        server.stop()
        s3fs.S3FileSystem.clear_instance_cache()
