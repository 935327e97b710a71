"""The user's own certificate authorities, for builds behind a proxy that intercepts TLS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import UsageError
from stages.message import msg

#: Paddock's own variable first, then those of the tools that the user already told.
VARIABLES = (
    "PADDOCK_CA_BUNDLE",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "PIP_CERT",
    "CURL_CA_BUNDLE",
)


@dataclass(frozen=True)
class Bundle:
    """Certificates as PEM text, and the variable that named their file."""

    pem: bytes
    path: Path
    source: str


def find_bundle(environ: Mapping[str, str]) -> Bundle | None:
    """Return the bundle that the environment names; None if it names none.

    Raises:
        UsageError: PADDOCK_CA_BUNDLE names a file that is no PEM bundle.
    """
    for variable in VARIABLES:
        path = Path(environ.get(variable) or "")
        if not environ.get(variable):
            continue
        pem = path.read_bytes() if path.is_file() else b""
        if b"-----BEGIN CERTIFICATE-----" in pem:
            return Bundle(pem, path, variable)
        if variable == "PADDOCK_CA_BUNDLE":
            remedy = msg("name a PEM file that holds certificates, or unset the variable")
            raise UsageError(msg("{variable} names no certificates", variable), str(path), remedy)
    return None
