"""The shared libraries that a model takes from the system and the image's base doesn't have."""

import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from ..bundle.missing import debian_package

_SYSTEM = ("/lib", "/usr/lib", "/usr/local/lib")
_NAME = re.compile(r"(?P<name>.+?)(?:-\d+\.[\d.]+)?\.so(?:\.(?P<version>\d+))?")

IN_SLIM = frozenset(
    """
    libBrokenLocale libacl libanl libattr libaudit libblkid libbz2
    libc libc_malloc_debug libcap libcap-ng libcom_err libcrypt libcrypto.3 libdb libdl libe2p
    libext2fs libffi.8 libformw libgcc_s libgcrypt libgdbm libgdbm_compat libgmp libgnutls
    libgpg-error libgssapi_krb5 libhistory libhogweed libidn2 libk5crypto libkeyutils libkrb5
    libkrb5support liblz4 liblzma libm libmd libmenuw libmount libmvec libncursesw libnettle libnsl
    libp11-kit libpam libpam_misc libpamc libpanelw libpcre2-8 libpsx libpthread libreadline
    libresolv librt libseccomp libselinux libsemanage libsepol libsmartcols libsqlite3 libss
    libssl.3 libstdc++ libsystemd libtasn1 libthread_db libtinfo libtirpc libudev libunistring
    libutil libuuid libxxhash libz libzstd
    """.split()  # noqa: SIM905
)
"""The libraries in python:slim-bookworm, without their versions where every system has the same.

Of the packages in Debian's bookworm-slim (debuerreotype/docker-debian-artifacts, rootfs.manifest)
and those that Python's own modules need (docker-library/python, slim-bookworm/Dockerfile: what
`ldd` finds).
"""


def lacking_in_image(libraries: Iterable[str]) -> tuple[str, ...]:
    """Return the Debian packages of those of the mapped libraries that the image's base lacks.

    Args:
        libraries: Paths; those of Python and of its packages come along anyway.
    """
    python = tuple(sysconfig.get_path(kind) + "/" for kind in ("stdlib", "platstdlib", "purelib"))
    found = {
        _package(path)
        for path in map(Path, libraries)
        if str(path).startswith(_SYSTEM) and not str(path).startswith((*python, sys.prefix + "/"))
        if not _is_in_slim(path)
    }
    return tuple(sorted(found))


def _is_in_slim(path: Path) -> bool:
    match = _NAME.match(path.name)
    if match is None or not path.name.startswith("lib"):
        return True  # the loader, a plugin of the C library
    if path.name.startswith(("libpython", "libnss_")):
        return True
    return bool({match["name"], f"{match['name']}.{match['version']}"} & IN_SLIM)


def _package(path: Path) -> str:
    """Return the Debian package that a library is from, or would be."""
    try:
        asked = ["dpkg-query", "--search", str(path)]
        found = subprocess.run(asked, capture_output=True, text=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return debian_package(path.name)
    # Newer systems mark packages whose times have 64 bits; the base's has no such mark.
    return found.partition(":")[0].removesuffix("t64")
