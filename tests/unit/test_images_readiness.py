"""What scripts/engine asks. The engine is faked where a registry's fault is needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from pipeline.engine.errors import RegistryUnreachable
from pipeline.engine.images import ImageInfo, Images, PullStep
from pipeline.errors import EngineError
from pipeline.images import readiness
from pipeline.images.base import LOCAL_BASE
from pipeline.images.readiness import main, needs_local_base
from stages.contract import Exit

CHOSEN = {"PADDOCK_PYTHON_BASE": "python@sha256:" + "b" * 64}


class FakeImages:
    """An engine with some images, and a registry that answers every pull with one fault."""

    def __init__(self, *present: str, fault: EngineError | None = None) -> None:
        self.present, self.fault = present, fault

    def find(self, reference: str) -> ImageInfo | None:
        if reference not in self.present:
            return None
        return ImageInfo("sha256:1", (reference,), (), (), {}, 1, "")

    def pull(self, _reference: str) -> Iterator[PullStep]:
        if self.fault:
            raise self.fault
        yield PullStep("layer", "Downloading", 1, 2)


def needed(images: FakeImages, environ: dict[str, str]) -> bool:
    return needs_local_base(cast("Images", images), environ)


def test_a_local_base_is_needed_only_where_no_registry_answers() -> None:
    unreachable = RegistryUnreachable("the registry cannot be reached")
    assert needed(FakeImages(fault=unreachable), {})
    assert not needed(FakeImages(), {})
    assert not needed(FakeImages(LOCAL_BASE, fault=unreachable), {})
    assert not needed(FakeImages("paddock-base:3.1.1", fault=unreachable), {})
    assert not needed(FakeImages(fault=unreachable), CHOSEN)


def test_another_answer_of_the_registry_is_an_error() -> None:
    with pytest.raises(EngineError, match="does not have it"):
        needed(FakeImages(fault=EngineError("does not have it")), {})


def test_no_engine_is_exit_code_4_with_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    assert main(["engine"]) == Exit.ENGINE
    said = capsys.readouterr()
    assert said.out == ""
    assert "is not running" in said.err
    assert "note: start it" in said.err


def test_the_base_is_answered_with_a_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(readiness, "connect", lambda _environ: None)
    for local, word in ((True, "local\n"), (False, "given\n")):
        answer = local
        monkeypatch.setattr(readiness, "needs_local_base", lambda *_, answer=answer: answer)
        assert main(["base"]) == Exit.OK
        assert capsys.readouterr().out == word


def test_an_unknown_question_is_a_wrong_command_line() -> None:
    assert main(["what"]) == Exit.USAGE
