"""Kubernetes' Pod Security standard "restricted", by its published rules.

https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from collections.abc import Iterator
from typing import Any

VOLUMES = {
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral"),
    *("persistentVolumeClaim", "projected", "secret"),
}
SYSCTLS = {
    "kernel.shm_rmid_forced",
    *("net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start"),
    *("net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range"),
    *("net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time"),
    *("net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes"),
    *("net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"),
}
SELINUX = {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
PROFILES = ("RuntimeDefault", "Localhost")
HANDLERS = ("livenessProbe", "readinessProbe", "startupProbe")


def violations(pod: dict[str, Any]) -> list[str]:
    """Return what in a pod's spec breaks the standard, a line each."""
    return [*_of_pod(pod), *(line for each in containers(pod) for line in _of_container(each, pod))]


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a pod's containers, those at its start first."""
    kinds = ("initContainers", "containers", "ephemeralContainers")
    return [container for kind in kinds for container in pod.get(kind, [])]


def _of_pod(pod: dict[str, Any]) -> Iterator[str]:
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(key):
            yield f"{key} is set"
    for volume in pod.get("volumes", []):
        if kinds := set(volume) - {"name"} - VOLUMES:
            yield f"volume {volume['name']} is a {kinds.pop()}"
    context = pod.get("securityContext", {})
    for sysctl in context.get("sysctls", []):
        if sysctl["name"] not in SYSCTLS:
            yield f"sysctl {sysctl['name']}"
    yield from _of_context(context, "pod")


def _of_container(container: dict[str, Any], pod: dict[str, Any]) -> Iterator[str]:
    name, own = container["name"], container.get("securityContext", {})
    context = {**pod.get("securityContext", {}), **own}
    capabilities = own.get("capabilities", {})
    if "ALL" not in capabilities.get("drop", []):
        yield f"{name}: capabilities are not dropped"
    if set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
        yield f"{name}: capabilities are added"
    if own.get("allowPrivilegeEscalation") is not False:
        yield f"{name}: privileges may grow"
    if own.get("privileged"):
        yield f"{name}: is privileged"
    if own.get("procMount", "Default") != "Default":
        yield f"{name}: procMount"
    if context.get("runAsNonRoot") is not True:
        yield f"{name}: may run as root"
    if context.get("seccompProfile", {}).get("type") not in PROFILES:
        yield f"{name}: no seccomp profile"
    if any(port.get("hostPort") for port in container.get("ports", [])):
        yield f"{name}: has a port of the host"
    yield from _of_context(own, name)
    yield from _of_handlers(container)


def _of_handlers(container: dict[str, Any]) -> Iterator[str]:
    name, hooks = container["name"], container.get("lifecycle", {}).values()
    for handler in (*(container.get(each, {}) for each in HANDLERS), *hooks):
        if any(handler.get(each, {}).get("host") for each in ("httpGet", "tcpSocket")):
            yield f"{name}: a probe or hook asks another host"


def _of_context(context: dict[str, Any], where: str) -> Iterator[str]:
    if context.get("runAsUser") == 0:
        yield f"{where}: runs as user 0"
    if context.get("windowsOptions", {}).get("hostProcess"):
        yield f"{where}: a process of the host"
    if context.get("seccompProfile", {}).get("type", PROFILES[0]) not in PROFILES:
        yield f"{where}: seccomp is unconfined"
    if context.get("appArmorProfile", {}).get("type", PROFILES[0]) not in PROFILES:
        yield f"{where}: AppArmor is unconfined"
    selinux = context.get("seLinuxOptions", {})
    if selinux.get("type", "") not in SELINUX or selinux.get("user") or selinux.get("role"):
        yield f"{where}: SELinux options"
