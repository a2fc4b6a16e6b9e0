"""Files into the workspace's storage, several at a time; an interrupted upload goes on."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from model_runtime.progress import show

from ..cloud import credential
from .contents import size

if TYPE_CHECKING:
    from azure.ai.ml import MLClient
    from azure.storage.blob import ContainerClient

_AT_ONCE = 8


def upload(client: "MLClient", files: dict[str, Path], folder: str) -> str:
    """Write files into a folder of the workspace's own datastore, but those that are there.

    The folder's name has to be one of the content: a file of the same size is taken for the same.

    Args:
        client: The workspace's.
        files: By their names in the folder.
        folder: Below the datastore's root.

    Returns:
        The folder as Azure ML names it.
    """
    store = client.datastores.get_default()
    done = dict.fromkeys(files, 0)
    total = size(files.values()) / 1e6
    show(lambda: f"upload … {sum(done.values()) / 1e6:,.1f} of {total:,.1f} MB")
    stopped, pool = Event(), ThreadPoolExecutor(_AT_ONCE)
    with _container(store.account_name, store.container_name) as container:
        there = {each.name: each.size for each in container.list_blobs(f"{folder}/")}

        def send(name: str) -> None:
            def note(sent: int, _: int | None) -> None:
                if stopped.is_set():
                    raise InterruptedError
                done[name] = sent

            path, blob = files[name], f"{folder}/{name}"
            if there.get(blob) != path.stat().st_size:
                with path.open("rb") as file:
                    container.upload_blob(blob, file, overwrite=True, progress_hook=note)
            done[name] = path.stat().st_size

        try:
            list(pool.map(send, files))
        finally:
            stopped.set()  # a signal's end does not wait for large files
            pool.shutdown(cancel_futures=True)
    return f"azureml://datastores/{store.name}/paths/{folder}/"


def _container(account: str, name: str) -> "ContainerClient":
    from azure.storage.blob import ContainerClient, ExponentialRetry

    url = f"https://{account}.blob.core.windows.net"
    # Unlike the SDK's own, whose first wait is 15 seconds.
    again = ExponentialRetry(1, 2, retry_total=6, random_jitter_range=1)
    return ContainerClient(url, name, credential=credential(), retry_policy=again)
