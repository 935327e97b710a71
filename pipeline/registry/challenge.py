"""How a registry asks who one is (RFC 9110, and the distribution project's "Token Authentication")."""

from __future__ import annotations

import re
from dataclasses import dataclass

from requests.utils import parse_dict_header

_SCHEME = re.compile(r"\s*(Basic|Bearer)\s+", re.IGNORECASE)
_LONGEST = 8192


@dataclass(frozen=True)
class Challenge:
    """What a 401 asks for: ``Basic``, or a token of ``realm``."""

    is_bearer: bool
    realm: str = ""
    service: str = ""
    scope: str = ""


def parse_challenge(header: str) -> Challenge | None:
    """Read ``WWW-Authenticate``; None if it is nothing that can be answered."""
    header = header[:_LONGEST]
    if not (scheme := _SCHEME.match(header)):
        return None
    found: dict[str, str | None] = parse_dict_header(header[scheme.end() :])  # type: ignore[no-untyped-call]
    values = {name.lower(): value or "" for name, value in found.items()}
    if scheme[1].lower() == "basic":
        return Challenge(is_bearer=False)
    if not values.get("realm"):
        return None
    return Challenge(True, values["realm"], values.get("service", ""), values.get("scope", ""))
