"""What a registry may answer, and who one is to it."""

import base64
import json
import os
import socket
import stat
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from pipeline.errors import EngineError, UsageError
from pipeline.registry.challenge import Challenge, parse_challenge
from pipeline.registry.client import Registry
from pipeline.registry.content import Blob, fetch_blob, get_manifest, manifest_digest
from pipeline.registry.failures import BrokeOff, RegistryFailed
from pipeline.registry.reference import parse_reference
from pipeline.registry.transfer import Transfer
from stages.contract import Exit
from support.registry import Answer, TinyRegistry, digest, tiny_registry

NOBODY = {"HOME": "/nonexistent"}
PASSWORD = "s3cret"  # noqa: S105
BASIC = "Basic " + base64.b64encode(f"me:{PASSWORD}".encode()).decode()


@pytest.fixture
def tiny() -> Iterator[TinyRegistry]:
    with tiny_registry() as running:
        yield running


def opened(tiny: TinyRegistry, environ: Mapping[str, str] = NOBODY) -> Registry:
    registry = Registry(parse_reference(f"{tiny.name}/me/plates:1"), environ, plain_http=True)
    registry.open()
    return registry


def logged_in(folder: Path, registry: str, **entry: str) -> dict[str, str]:
    """Return an environment in which ``docker login`` was there."""
    auth = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
    folder.mkdir(exist_ok=True)
    body = {"auths": {registry: entry or {"auth": auth}}}
    (folder / "config.json").write_text(json.dumps(body))
    return {"DOCKER_CONFIG": str(folder)}


ASKS: Answer = (401, {"WWW-Authenticate": 'Basic realm="x"'}, b"")


def asks_for_me(_method: str, _path: str, headers: Mapping[str, str]) -> Answer | None:
    return None if headers.get("Authorization") == BASIC else ASKS


def fetched(registry: Registry, data: bytes, target: Path) -> bytes:
    fetch_blob(registry, Blob(digest(data), len(data)), target, Transfer(len(data), print))
    return target.read_bytes()


def test_references_are_read_as_docker_has_them_and_never_guessed() -> None:
    whole = f"ghcr.io/a/b:1@{digest(b'')}"
    assert str(parse_reference(whole)) == whole
    assert parse_reference(whole).asked == digest(b"")
    assert parse_reference("localhost:5000/a:v1.2").is_here
    assert parse_reference("[::1]:5000/a:1").is_here
    assert not parse_reference("docker.io/a/b").is_here
    assert parse_reference("docker.io/a/b").host == "registry-1.docker.io"
    for text in (
        "plates:1", "me/plates:1", "ghcr.io/Me/plates:1", "ghcr.io/me/plates:", "ghcr.io/me/plates@sha256:0",
        "ghcr.io/../x:1", "https://ghcr.io/a:1", "ghcr.io/a b:1", "ghcr.io@evil/x:1", "ghcr.io/a:1\n", "",
        "ghcr.io/a@", f"ghcr.io/a@md5:{'0' * 32}", f"ghcr.io/{'a' * 300}:1", "user:pw@ghcr.io/a:1",
    ):  # fmt: skip
        with pytest.raises(UsageError):
            parse_reference(text)


def test_a_challenge_is_read_and_whatever_else_is_not() -> None:
    header = 'Bearer realm="https://auth.x/token",service="x",scope="repository:a/b:pull,push"'
    wanted = Challenge(True, "https://auth.x/token", "x", "repository:a/b:pull,push")
    assert parse_challenge(header) == wanted
    assert parse_challenge(header.replace("=", " = ").replace(",s", " , s")) == wanted
    assert parse_challenge(f'{header},Digest qop="auth",realm="other"') == wanted
    assert parse_challenge(header.replace(",service", ',realm="other",service')) == wanted
    assert parse_challenge('basic realm="x"') == Challenge(False)
    for text in ("", "Negotiate", "Bearer", 'Bearer realm=""', "Bearer x" * 10_000, header[:30]):
        assert parse_challenge(text) is None


def test_who_logged_in_with_docker_is_known_to_a_registry_that_asks(
    tiny: TinyRegistry, tmp_path: Path
) -> None:
    tiny.instead = asks_for_me
    data = b"some bytes"
    tiny.add(data)
    assert fetched(opened(tiny, logged_in(tmp_path, tiny.name)), data, tmp_path / "to") == data
    other = logged_in(tmp_path / "b", tiny.name, auth=base64.b64encode(b"me:no").decode())
    for environ, said in ((NOBODY, "wants to know who you are"), (other, "does not allow this")):
        with pytest.raises(RegistryFailed, match=said) as caught:
            get_manifest(opened(tiny, environ), "1")
        assert caught.value.code == Exit.ENGINE
        assert caught.value.remedy == f"docker login {tiny.name}"


def test_a_token_is_fetched_from_where_the_registry_says_as_who_one_is(
    tiny: TinyRegistry, tmp_path: Path
) -> None:
    bodies: list[str] = []

    def asks(method: str, path: str, headers: Mapping[str, str]) -> Answer | None:
        if path.startswith("/token"):
            bodies.append(f"{method} {path} {headers.get('Authorization', '')}")
            return 200, {}, b'{"token": "abc"}'
        if headers.get("Authorization") == "Bearer abc":
            return None
        scope = 'service="s",scope="repository:me/plates:pull"'
        return 401, {"WWW-Authenticate": f'Bearer realm="http://{tiny.name}/token",{scope}'}, b""

    tiny.instead = asks
    tiny.keep("1", {})
    query = "?service=s&scope=repository%3Ame%2Fplates%3Apull"
    assert get_manifest(opened(tiny), "1") == b"{}"
    assert get_manifest(opened(tiny, logged_in(tmp_path, tiny.name)), "1") == b"{}"
    token = logged_in(tmp_path, tiny.name, identitytoken="refresh")
    assert get_manifest(opened(tiny, token), "1") == b"{}"
    assert bodies == [f"GET /token{query} ", f"GET /token{query} {BASIC}", "POST /token "]


def test_a_credential_helper_is_asked_and_one_that_fails_is_named_without_what_it_said(
    tiny: TinyRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper = tmp_path / "docker-credential-test"
    helper.write_text(f'#!/bin/sh\necho \'{{"Username": "me", "Secret": "{PASSWORD}"}}\'\n')
    helper.chmod(helper.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (tmp_path / "config.json").write_text(json.dumps({"credHelpers": {tiny.name: "test"}}))
    tiny.instead = asks_for_me
    environ = {"DOCKER_CONFIG": str(tmp_path)}
    assert manifest_digest(opened(tiny, environ), "1") == ""
    helper.write_text(f"#!/bin/sh\necho {PASSWORD}\nexit 1\n")
    with pytest.raises(EngineError, match="cannot be read") as caught:
        manifest_digest(opened(tiny, environ), "1")
    assert PASSWORD not in f"{caught.value.message}{caught.value.remedy}{caught.value.where}"


def test_a_redirection_takes_no_credentials_to_another_host(
    tiny: TinyRegistry, tmp_path: Path
) -> None:
    data = b"elsewhere"
    with tiny_registry() as other:
        other.instead = lambda _method, _path, _headers: (200, {}, data)

        def leads_away(method: str, path: str, headers: Mapping[str, str]) -> Answer | None:
            if "Authorization" not in headers:
                return ASKS
            if "blobs" in path:
                return 307, {"Location": f"http://{other.name}/store?k=1"}, b""
            return None

        tiny.instead = leads_away
        assert fetched(opened(tiny, logged_in(tmp_path, tiny.name)), data, tmp_path / "to") == data
        assert other.asked == [("GET", "/store?k=1", "")]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, {}, b"x" * 100), "gives other bytes than were asked for"),
        ((200, {"Content-Length": "9"}, b"some by"), "broke off"),
        ((200, {}, b"some by"), "gives other bytes than were asked for"),
        ((307, {"Location": "ftp://x/y"}, b""), "leads to an address without TLS"),
        ((307, {"Location": "http://[::1"}, b""), "leads to what is no address"),
        ((307, {"Location": "http://x:y/"}, b""), "cannot be understood"),
        ((401, {"WWW-Authenticate": 'Bearer realm="http://[x"'}, b""), "what is no address"),
        ((401, {"WWW-Authenticate": 'Bearer realm="/token"'}, b""), "has nothing of this name"),
        ((307, {"Location": "/v2/me/plates/blobs/again"}, b""), "answered 307"),
        ((404, {}, b"[" * 100_000), "has nothing of this name"),
        ((500, {}, b'{"errors": [{"code": "E", "message": "\x1b[2J"}]}'), "answered 500"),
        ((429, {}, b'{"errors": 7}'), "asked too often"),
        ((200, {"Content-Encoding": "gzip"}, b"some byte"), ""),
    ],
)
def test_whatever_a_registry_answers_it_is_the_bytes_or_an_error_that_says_why(
    answer: Answer, said: str, tiny: TinyRegistry, tmp_path: Path
) -> None:
    registry = opened(tiny)
    tiny.instead = lambda _method, path, _headers: answer if "/blobs/" in path else None
    if not said:
        assert fetched(registry, b"some byte", tmp_path / "to") == b"some byte"
        return
    with pytest.raises(Exception, match=said) as caught:
        fetched(registry, b"some byte", tmp_path / "to")
    assert "\x1b" not in str(caught.value)
    assert not (tmp_path / "to").exists()


def test_an_answer_without_an_end_is_not_read_to_it(tiny: TinyRegistry) -> None:
    registry = opened(tiny)
    tiny.instead = lambda *_: (200, {}, bytes(5 << 20))
    with pytest.raises(RegistryFailed, match="answers with more than"):
        get_manifest(registry, "1")


def test_nobody_there_and_no_proxy_there_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nowhere = f"127.0.0.1:{taken.getsockname()[1]}"
        registry = Registry(parse_reference(f"{nowhere}/a:1"), NOBODY)
        with pytest.raises(RegistryFailed, match=r"no connection to .*refused") as caught:
            registry.open()
        assert caught.value.code == Exit.ENGINE and caught.value.remedy
        monkeypatch.setenv("HTTP_PROXY", f"http://me:{PASSWORD}@{nowhere}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        registry = Registry(parse_reference("registry.example/a:1"), NOBODY, plain_http=True)
        with pytest.raises(RegistryFailed, match="the proxy does not lead") as caught:
            registry.open()
        assert PASSWORD not in f"{caught.value.message}{caught.value.where}"


def test_a_proxy_is_asked_where_there_is_one(
    tiny: TinyRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://{tiny.name}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    tiny.instead = lambda *_: (200, {}, b"{}")
    Registry(parse_reference("registry.example/a:1"), NOBODY, plain_http=True).open()
    assert [path for _, path, _ in tiny.asked] == ["http://registry.example/v2/"]


def test_tls_is_asked_for_and_a_strange_certificate_is_named(tmp_path: Path) -> None:
    pem = tmp_path / "both.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    make = ["openssl", "req", "-x509", "-nodes", "-days", "2", "-newkey", "ec",
            "-pkeyopt", "ec_paramgen_curve:prime256v1"]  # fmt: skip
    command: list[str | Path] = [*make, *names, "-keyout", pem, "-out", tmp_path / "c.pem"]
    subprocess.run(command, check=True, capture_output=True)
    pem.write_bytes(pem.read_bytes() + (tmp_path / "c.pem").read_bytes())
    with tiny_registry(pem) as tiny:
        reference = parse_reference(f"{tiny.name}/me/plates:1")
        with pytest.raises(RegistryFailed, match=r"certificate of .* was refused: self") as caught:
            Registry(reference, NOBODY).open()
        assert "PADDOCK_CA_BUNDLE" in caught.value.remedy
        Registry(reference, {**NOBODY, "PADDOCK_CA_BUNDLE": str(tmp_path / "c.pem")}).open()
        assert [path for _, path, _ in tiny.asked] == ["/v2/"]


def test_a_registry_without_tls_is_taken_on_this_machine_only_unless_that_is_said(
    tiny: TinyRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    Registry(parse_reference(f"{tiny.name}/a:1"), NOBODY).open()
    here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", tiny.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: here)
    elsewhere = parse_reference(f"registry.example:{tiny.port}/a:1")
    with pytest.raises(RegistryFailed, match="does not speak TLS") as caught:
        Registry(elsewhere, {**NOBODY}).open()
    assert "--plain-http" in caught.value.remedy
    Registry(elsewhere, NOBODY, plain_http=True).open()


def test_how_long_it_still_takes_is_said_and_one_that_dawdles_is_given_up() -> None:
    clock = [0.0]
    said: list[str] = []
    transfer = Transfer(10_000_000, said.append, lambda: clock[0])
    transfer.skip(4_000_000)
    clock[0] = 6.0
    transfer.advance(3_000_000)
    assert said == ["7.0 MB of 10.0 MB, about 6.0 s left"]
    clock[0] = 2000.0
    with pytest.raises(BrokeOff, match="too slow"):
        transfer.advance(1)
