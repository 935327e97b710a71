"""One repository of a registry: what is asked of it over HTTP, and who one is to it.

A small client of our own on ``requests``, which the engine's client brings along. What it is told is not
believed: an answer has a bound, a redirection never takes credentials along or leaves TLS.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode, urljoin, urlsplit

from requests import PreparedRequest, Request, Response, Session
from requests.auth import AuthBase
from requests.exceptions import RequestException
from requests.utils import get_environ_proxies
from urllib3.exceptions import HTTPError

from pipeline import __version__
from pipeline.engine.credentials import Credentials, credentials_for
from pipeline.images.certificates import find_bundle
from pipeline.registry.challenge import Challenge, parse_challenge
from pipeline.registry.failures import (
    NoTls,
    RegistryFailed,
    of_connection,
    of_status,
    of_stream,
)
from pipeline.registry.reference import Reference
from pipeline.text import one_line, without_secrets
from stages.message import msg

_PIECE = 1 << 16
#: Seconds until a connection stands, and without a byte of an answer: a registry may hash for long.
_TIMEOUTS = (10.0, 120.0)
_REDIRECTIONS = 5
#: Bytes of an answer that is read whole; the specification's bound of a manifest.
MOST_ANSWERED = 4 << 20
_MOST_TOKEN = 1 << 20
_REDIRECTED = (301, 302, 303, 307, 308)


class Readable(Protocol):
    """What a request's body is read from, piece by piece."""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes; none are left if there are none."""


#: Makes a request's body, anew for each time that it is sent.
Body = Callable[[], bytes | Mapping[str, str] | Readable]


class _Authorization(AuthBase):
    """Sets the one header that is meant, and lets requests look for no other credentials (.netrc)."""

    def __init__(self, value: str) -> None:
        self._value = value

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if self._value:
            request.headers["Authorization"] = self._value
        return request


@dataclass
class Registry:
    """A repository, asked by one user.

    Args:
        reference: whose registry and name are meant.
        environ: where certificates and docker's configuration are looked up.
        plain_http: whether it is asked without TLS.
    """

    reference: Reference
    environ: Mapping[str, str]
    plain_http: bool = False
    _session: Session = field(default_factory=Session, repr=False)
    _authorization: str = field(default="", repr=False)
    _trusted: str | bool = True
    _proxies: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict, repr=False)

    def open(self) -> None:
        """See that a registry answers; one on this machine may do without TLS, as for Docker.

        Raises:
            RegistryFailed: nothing answers, or no registry.
        """
        self._session.trust_env = False
        self._session.headers["User-Agent"] = f"paddock/{__version__}"
        self._session.headers["Accept-Encoding"] = "identity"
        self._trusted = self._authorities()
        try:
            answer = self.ask("GET", "/v2/", expected=(200, 401))
        except NoTls:
            if self.plain_http or not self.reference.is_here:
                raise
            self.plain_http = True
            answer = self.ask("GET", "/v2/", expected=(200, 401))
        if answer.status_code == 401 and not parse_challenge(
            answer.headers.get("WWW-Authenticate", "")
        ):
            raise RegistryFailed(
                msg("{registry} asks for credentials of an unknown kind", self.reference.registry),
                without_secrets(answer.url),
            )

    def _authorities(self) -> str | bool:
        """Return the file of the authorities that the environment names, else the system's."""
        if bundle := find_bundle(self.environ):
            return str(bundle.path)
        system = ssl.get_default_verify_paths()
        return system.cafile or system.capath or True

    def path(self, kind: str, name: str) -> str:
        """Return where the registry has a blob or manifest of this repository."""
        return f"/v2/{self.reference.name}/{kind}/{name}"

    def ask(
        self,
        method: str,
        path: str,
        *,
        expected: Collection[int],
        headers: Mapping[str, str] | None = None,
        body: Body | None = None,
    ) -> Response:
        """Ask for a path, or for an address that an answer named; the answer's body is not read yet.

        Args:
            method: GET, HEAD, POST or PUT.
            path: relative to the registry, or an address.
            expected: the statuses that are answers; of any other one an error is made.
            headers: beside the usual ones.
            body: makes what is sent.

        Raises:
            RegistryFailed: no answer, or another one than expected.
        """
        url = self._joined(f"{self._scheme}://{self.reference.host}", path)
        for _ in range(_REDIRECTIONS):
            answer = self._answered(method, url, headers or {}, body, expected)
            if method not in ("GET", "HEAD") or answer.status_code not in _REDIRECTED:
                break
            answer.close()
            url = self._joined(url, answer.headers.get("Location", ""))
        if answer.status_code in expected:
            return answer
        said = self.read(answer, MOST_ANSWERED)
        raise self._refused(answer.status_code, said, url)

    @property
    def _scheme(self) -> str:
        return "http" if self.plain_http else "https"

    def _answered(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Body | None,
        expected: Collection[int],
    ) -> Response:
        """Send a request; who one is is said to the registry itself only, and anew if it asks."""
        is_own = urlsplit(url)[:2] == (self._scheme, self.reference.host)
        answer = self._send(method, url, headers, body, self._authorization if is_own else "")
        if answer.status_code != 401 or 401 in expected or not is_own:
            return answer
        challenge = parse_challenge(answer.headers.get("WWW-Authenticate", ""))
        credentials = self._credentials()
        if challenge is None or not (challenge.is_bearer or credentials):
            return answer
        answer.close()
        if challenge.is_bearer:
            self._authorization = f"Bearer {self._token(challenge, credentials)}"
        elif credentials:
            self._authorization = credentials.basic
        return self._send(method, url, headers, body, self._authorization)

    def _credentials(self) -> Credentials | None:
        return credentials_for(self.reference.registry, self.environ)

    def _refused(self, status: int, said: bytes, url: str) -> RegistryFailed:
        return of_status(
            status, said, url, self.reference.registry, known=self._credentials() is not None
        )

    def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Body | None,
        authorization: str,
    ) -> Response:
        self._refuse_without_tls(url)
        request = Request(
            method,
            url,
            headers=dict(headers),
            data=body() if body else None,
            auth=_Authorization(authorization),
        )
        try:
            # Session.send would read the whole of a redirection's answer, whatever it is.
            return self._session.get_adapter(url).send(
                self._session.prepare_request(request),
                stream=True,
                timeout=_TIMEOUTS,
                verify=self._trusted,
                proxies=self._proxies_to(url),
            )
        except (RequestException, ValueError) as error:
            raise of_connection(error, url, self.reference.registry) from error

    def _proxies_to(self, url: str) -> dict[str, str]:
        """Return through whom a host is asked; the environment is gone through for each only once."""
        host = urlsplit(url)[:2]
        if host not in self._proxies:
            self._proxies[host] = get_environ_proxies(url)
        return self._proxies[host]

    def _joined(self, url: str, place: str) -> str:
        """Return the address of a place that an answer named.

        Raises:
            RegistryFailed: it is none.
        """
        try:
            joined = urljoin(url, place)
            urlsplit(joined)
        except ValueError as error:  # [ without ], say
            raise RegistryFailed(
                msg("{registry} leads to what is no address", self.reference.registry),
                one_line(place)[:200],
                msg("whoever runs the registry has to correct that"),
            ) from error
        return joined

    def _refuse_without_tls(self, url: str) -> None:
        scheme = urlsplit(url).scheme
        if scheme != "https" and not (scheme == "http" and self.plain_http):
            raise RegistryFailed(
                msg("{registry} leads to an address without TLS", self.reference.registry),
                without_secrets(url),
                msg("whoever runs the registry has to correct that"),
            )

    def _token(self, challenge: Challenge, credentials: Credentials | None) -> str:
        """Return the token that the realm gives whoever one is, or anybody where one is nobody."""
        realm = self._joined(f"{self._scheme}://{self.reference.host}", challenge.realm)
        wanted = {"service": challenge.service, "scope": challenge.scope}
        asked = {key: value for key, value in wanted.items() if value}
        if credentials and credentials.identity_token:
            token = credentials.identity_token
            asked |= {"grant_type": "refresh_token", "client_id": "paddock", "refresh_token": token}
            answer = self._send("POST", realm, {}, lambda: asked, "")
        else:
            url = f"{realm}{'&' if '?' in realm else '?'}{urlencode(asked)}"
            answer = self._send("GET", url, {}, None, credentials.basic if credentials else "")
        said = self.read(answer, _MOST_TOKEN)
        if answer.status_code != 200:
            raise self._refused(answer.status_code, said, realm)
        return self._token_in(said, realm)

    def _token_in(self, said: bytes, realm: str) -> str:
        try:
            found = json.loads(said)
            token = found.get("token") or found.get("access_token")
            if isinstance(token, str) and token.isascii() and token.isprintable():
                return token
        except (ValueError, AttributeError, RecursionError):
            pass
        raise RegistryFailed(
            msg("{registry} gave no token", self.reference.registry), without_secrets(realm)
        )

    def read(self, answer: Response, most: int) -> bytes:
        """Return an answer's body.

        Raises:
            RegistryFailed: it is longer than ``most`` bytes, or broke off.
        """
        whole = b""
        for piece in self.pieces(answer):
            whole += piece
            if len(whole) > most:
                raise RegistryFailed(
                    msg(
                        "{registry} answers with more than {most} bytes",
                        self.reference.registry,
                        most,
                    ),
                    without_secrets(answer.url),
                )
        return whole

    def finish(self, answer: Response) -> None:
        """Read what is left of an answer, so that its connection serves the next question as well."""
        self.read(answer, MOST_ANSWERED)

    def pieces(self, answer: Response) -> Iterator[bytes]:
        """Give an answer's body as it comes, as it is.

        Raises:
            BrokeOff: it ended too early.
        """
        try:
            with answer:
                yield from answer.raw.stream(_PIECE, decode_content=False)
        except (HTTPError, OSError, ValueError) as error:
            raise of_stream(error, answer.url, self.reference.registry) from error
