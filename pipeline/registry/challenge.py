"""How a registry asks who one is (RFC 9110, and the distribution project's "Token Authentication")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_SCHEME = re.compile(r"\s*(Basic|Bearer)\s+", re.IGNORECASE)
_PARAMETER = re.compile(r'\s*([A-Za-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,|$)')
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
    values = _parameters(header[scheme.end() :])
    if scheme[1].lower() == "basic":
        return Challenge(is_bearer=False)
    if not values.get("realm"):
        return None
    return Challenge(True, values["realm"], values.get("service", ""), values.get("scope", ""))


def _parameters(text: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    at = 0
    while match := _PARAMETER.match(text, at):
        quoted, bare = match[2], match[3]
        found.setdefault(
            match[1].lower(), re.sub(r"\\(.)", r"\1", quoted) if bare is None else bare
        )
        at = match.end()
        if at == len(text):
            break
    return found
