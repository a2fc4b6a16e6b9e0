"""Debian's security fixes that an image lacks, as a simulated upgrade tells them."""

import pytest

from model_runtime.delivery.audit import security_fixes
from model_runtime.errors import ProjectError

SOURCES = "Source bookworm\nSource bookworm-security\n"
UPGRADE = """\
Inst libssl3 [3.0.11-1~deb12u1] (3.0.15-1~deb12u1 Debian-Security:12/oldstable-security [amd64])
Inst perl-base [5.36.0-7] (5.36.0-8 Debian-Security:12/oldstable-security [amd64]) [perl:amd64 ]
Inst tzdata [2024a-0+deb12u1] (2025b-0+deb12u1 Debian:12.11/oldstable [all])
Conf libssl3 (3.0.15-1~deb12u1 Debian-Security:12/oldstable-security [amd64])
"""


def test_only_what_the_security_archive_has_fixed_counts() -> None:
    fixes = list(security_fixes(SOURCES + UPGRADE))
    assert fixes == [
        "libssl3 3.0.11-1~deb12u1 -> 3.0.15-1~deb12u1",
        "perl-base 5.36.0-7 -> 5.36.0-8",
    ]


def test_what_is_newest_has_none() -> None:
    assert list(security_fixes(SOURCES)) == []


def test_without_the_security_archive_it_is_not_known() -> None:
    with pytest.raises(ProjectError, match="knows no security archive"):
        list(security_fixes("Source bookworm\n" + UPGRADE))
