"""What is secret on the host stays there: in no event, no record, no message, and in no layer of an image."""

import re
from pathlib import Path

import pytest

from pipeline.compose.file import REPOSITORY, read_compose
from pipeline.engine.endpoint import resolve
from pipeline.errors import PaddockError
from pipeline.models.fetch_context import FetchContext
from pipeline.models.given import RemoteModel
from pipeline.models.remote import fetch_remote
from pipeline.text import without_credentials
from support.cli import call

HIDDEN = "s3cret"


def test_an_address_with_a_password_is_told_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    said: list[str] = []
    source = RemoteModel(url=f"http://u:{HIDDEN}@127.0.0.1:9/m.tar?k={HIDDEN}", sha256="0" * 64)
    with pytest.raises(PaddockError) as caught:
        fetch_remote(source, FetchContext(say=said.append))
    texts = [*said, caught.value.message, caught.value.where, caught.value.remedy]
    assert "fetching http://127.0.0.1:9/m.tar" in said
    assert not any(HIDDEN in text for text in texts)


def test_the_engines_address_is_told_without_a_password() -> None:
    endpoint = resolve({"DOCKER_HOST": f"tcp://u:{HIDDEN}@127.0.0.1:9"})
    assert HIDDEN in endpoint.url and HIDDEN not in endpoint.said


@pytest.mark.parametrize("password", [HIDDEN, f"x@{HIDDEN}", f"{HIDDEN}:{HIDDEN}"])
def test_a_password_is_taken_out_whatever_is_in_it(password: str) -> None:
    said = without_credentials(f"GET https://u:{password}@host:1/a@b?c=d@e: refused")
    assert said == "GET https://host:1/a@b?c=d@e: refused"


def test_the_doctors_block_can_be_pasted_anywhere() -> None:
    index = f"https://u:{HIDDEN}@127.0.0.1:9/simple"
    environ = {
        "DOCKER_HOST": f"tcp://u:{HIDDEN}@127.0.0.1:9",
        "PIP_INDEX_URL": index,
        "HTTPS_PROXY": index,
        "DOCKER_AUTH_CONFIG": HIDDEN,
    }
    for words in (["doctor"], ["images", "list"]):
        done = call(*words, environ=environ)
        assert "127.0.0.1:9" in done.stdout + done.stderr
        assert HIDDEN not in done.stdout + done.stderr


@pytest.mark.parametrize("name", sorted(read_compose({}).images))
def test_the_index_of_packages_is_in_no_layer_of_an_image(name: str) -> None:
    """``docker history`` shows the arguments of what is run after an ``ARG`` in the image's own stages."""
    build = read_compose({}).images[name]
    text = (REPOSITORY / build.dockerfile).read_text(encoding="utf-8")
    stages = re.split(r"(?m)^(?=FROM )", text)[1:]
    names = [re.search(r"AS (\S+)", stage) for stage in stages]
    by_name = {found[1]: stage for found, stage in zip(names, stages, strict=True) if found}
    stage: str | None = by_name[build.target] if build.target else stages[-1]
    assert "ARG PIP_INDEX_URL" in text
    while stage:
        assert "PIP_INDEX_URL" not in stage and "COPY images/ca" not in stage
        stage = by_name.get(stage.split()[1])
