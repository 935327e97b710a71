import pytest

from pipeline.errors import EngineError, IntegrityFailed
from pipeline.images.events import harmless
from pipeline.images.failures import name_failure

RAW = EngineError("building a:1: The command 'x' returned a non-zero code: 1")


@pytest.mark.parametrize(
    ("line", "kind", "said"),
    [
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", IntegrityFailed, "lock"),
        ("SSLError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate", EngineError, "not trusted"),
        ("OSError: [Errno 28] No space left on device", EngineError, "file system is full"),
        ("Temporary failure in name resolution", EngineError, "cannot be downloaded"),
        ("W: Failed to fetch the list", EngineError, "cannot be downloaded"),
    ],
)  # fmt: skip
def test_the_log_names_the_cause(line: str, kind: type[Exception], said: str) -> None:
    error = name_failure(RAW, "a:1", ["before", line, "after"])
    assert type(error) is kind
    assert said in error.message
    assert error.where == "a:1"
    assert error.remedy


def test_without_a_known_cause_the_last_words_are_told() -> None:
    lines = ["first", "the real reason", "Removing intermediate container 1"]
    assert "the real reason" in name_failure(RAW, "a:1", lines).message


def test_a_log_line_cannot_drive_the_terminal() -> None:
    assert harmless("\x1b]0;title\x07text\r\n\x9b2J\u202e").isprintable()
