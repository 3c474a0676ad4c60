"""The address of PostgreSQL: what may stand in it, so that a wrong parameter shows when a program starts and not when
it is first needed. The driver takes the same address for every connection: pools, readings, the gate, migrations."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

CHOICES: Mapping[str, tuple[str, ...]] = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "sslnegotiation": ("postgres", "direct"),
    "target_session_attrs": ("any", "primary", "standby", "prefer-standby", "read-write", "read-only"),
    "ssl_min_protocol_version": ("TLSv1.2", "TLSv1.3"),
    "ssl_max_protocol_version": ("TLSv1.2", "TLSv1.3"),
}
FILES = ("sslrootcert", "sslcert", "sslkey", "sslcrl", "passfile")
OF_THE_DRIVER = ("sslpassword", "krbsrvname", "gsslib")
OF_THE_SERVER = ("application_name", "options", "search_path", "statement_timeout", "lock_timeout")
"""What PostgreSQL itself is told of the session."""
PARAMETERS = (*CHOICES, *FILES, *OF_THE_DRIVER, *OF_THE_SERVER)
VERIFYING = ("verify-ca", "verify-full")


def checked(url: str) -> str:
    """The address as it is. Raises ValueError, which names the part that is wrong and no password."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError("has to begin with postgresql://")
    if parts.fragment:
        raise ValueError("# in a password is written %23")
    _check_hosts(parts.netloc.rpartition("@")[2].split(","))
    pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    _check_parameters(pairs)
    given = {name: value for name, value in pairs if value}
    certificates = given.get("sslrootcert") or os.environ.get("PGSSLROOTCERT")
    if given.get("sslmode") in VERIFYING and not certificates:
        raise ValueError(f"sslrootcert: sslmode={given['sslmode']} needs the file of the certificate to go by")
    if certificates:
        _check_certificates(certificates)
    return url


def _check_hosts(hosts: Iterable[str]) -> None:
    for host in hosts:
        name, _, port = host.rpartition(":")
        if name and not host.endswith("]") and not (port.isdecimal() and 0 < int(port) < 65536):
            raise ValueError(f"{host}: {port!r} is not a port")


def _check_parameters(pairs: Iterable[tuple[str, str]]) -> None:
    seen: set[str] = set()
    for name, value in pairs:
        if name not in PARAMETERS:
            raise ValueError(f"{name}: there is no such parameter; there are {', '.join(PARAMETERS)}")
        if name in seen:
            raise ValueError(f"{name}: is there twice")
        seen.add(name)
        if name in CHOICES and value not in CHOICES[name]:
            raise ValueError(f"{name}: {value!r} is none of {', '.join(CHOICES[name])}")
        if name in FILES and not os.access(value, os.R_OK):
            raise ValueError(f"{name}: the file {value} cannot be read")


def _check_certificates(file: str) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=Path(file))
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"sslrootcert: {file} holds no certificate in PEM") from error
