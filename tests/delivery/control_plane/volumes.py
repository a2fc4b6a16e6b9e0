"""Volumes of a pod, as folders: what ConfigMaps and Secrets hold follows them."""

import base64
from pathlib import Path

from .api import Api, ApiError, Object


class MissingError(Exception):
    """An object that a pod needs and that is not there (yet)."""


class Volumes:
    """The volumes of a pod below a folder, and where each container sees them."""

    def __init__(self, api: Api, pod: Object, folder: Path) -> None:
        self._api = api
        self._namespace: str = pod["metadata"]["namespace"]
        self._volumes = {each["name"]: each for each in pod["spec"].get("volumes", [])}
        self._folder = folder

    def refresh(self) -> None:
        """Make each volume, and bring what it holds up to date.

        Raises:
            MissingError: A ConfigMap or Secret is not there.
        """
        for name, volume in self._volumes.items():
            if claim := volume.get("persistentVolumeClaim"):
                self._bind(self._folder / name, claim["claimName"])
                continue
            (self._folder / name).mkdir(parents=True, exist_ok=True)
            for kind, key in (("configMap", "name"), ("secret", "secretName")):
                if source := volume.get(kind):
                    self._put(self._folder / name, self._content(kind, source, source[key]))

    def _bind(self, place: Path, claim: str) -> None:
        """Let a place lead to the folder of the volume that a claim is bound to."""
        if not place.is_symlink():
            path = f"/api/v1/namespaces/{self._namespace}/persistentvolumeclaims/{claim}"
            volume = self._api.get(path)["spec"]["volumeName"]
            found = self._api.get(f"/api/v1/persistentvolumes/{volume}")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(found["spec"]["hostPath"]["path"])

    def _content(self, kind: str, source: Object, name: str) -> dict[str, bytes]:
        found = self.data(kind, name, optional=source.get("optional", False))
        if items := source.get("items"):
            return {each["path"]: found[each["key"]] for each in items}
        return found

    def data(self, kind: str, name: str, *, optional: bool = False) -> dict[str, bytes]:
        """Return what a ConfigMap or Secret holds.

        Raises:
            MissingError: It is not there, and not optional.
        """
        path = f"/api/v1/namespaces/{self._namespace}/{kind.lower()}s/{name}"
        try:
            found = self._api.get(path).get("data", {})
        except ApiError as refusal:
            if refusal.status != 404:
                raise
            if optional:
                return {}
            raise MissingError(f"{kind} {name} is not there") from refusal
        if kind == "secret":
            return {key: base64.b64decode(value) for key, value in found.items()}
        return {key: value.encode() for key, value in found.items()}

    def _put(self, place: Path, content: dict[str, bytes]) -> None:
        """Put content in place as the kubelet does: another folder, by one link for all."""
        current = place / "..data"
        if current.exists() and content == {
            file.name: file.read_bytes() for file in current.iterdir()
        }:
            return
        revision = place / f"..{sum(1 for _ in place.iterdir())}"
        revision.mkdir()
        for name, value in content.items():
            (revision / name).write_bytes(value)
        (place / "..new").symlink_to(revision.name)
        (place / "..new").replace(current)
        for name in content:
            if not (place / name).is_symlink():
                (place / name).symlink_to(f"..data/{name}")

    def here(self, container: Object, text: str) -> str:
        """Return where a path that a container sees is on this machine; other texts stay."""
        mounts = container.get("volumeMounts", [])
        for mount in sorted(mounts, key=lambda each: -len(each["mountPath"])):
            if text == mount["mountPath"] or text.startswith(f"{mount['mountPath']}/"):
                return f"{self._folder / mount['name']}{text[len(mount['mountPath']) :]}"
        return text
