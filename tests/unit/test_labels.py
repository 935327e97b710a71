from pathlib import Path

import pytest

from stages.errors import StageError
from stages.text.labels import Fault, Label, parse_labels, read_labels


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("a/1.png\tAB 12\nb.png\té\n", [Label("a/1.png", "AB 12", 1), Label("b.png", "é", 2)]),
        ("", []),
        ("a.png\t\n", [Label("a.png", "", 1)]),  # which is left to the data stage
    ],
)
def test_a_label_is_path_tab_text(tmp_path: Path, text: str, labels: list[Label]) -> None:
    path = tmp_path / "test.txt"
    path.write_text(text, encoding="utf-8")
    assert read_labels(path) == list(parse_labels(text.encode())) == labels


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"a.png AB\n", 1, "0 tabs"),
        (b"a.png\tA\tB\n", 1, "2 tabs"),
        (b"a.png\tA\n\nb.png\tB\n", 2, "empty line"),
        (b"a.png\t\xff\n", 1, "0xFF at column 7"),
        (b"../a.png\tA\n", 1, "leaves the data's root"),
        (b"x/../../a.png\tA\n", 1, "leaves the data's root"),
        (b"/etc/a.png\tA\n", 1, "leaves the data's root"),
        (b"x\\a.png\tA\n", 1, "leaves the data's root"),
        (b"\tA\n", 1, "is empty"),
        (b"a.png \tA\n", 1, "white space"),
    ],
)
def test_a_line_that_is_no_label_is_a_fault(data: bytes, line: int, message: str) -> None:
    faults = [item for item in parse_labels(data) if isinstance(item, Fault)]
    assert [fault.line for fault in faults] == [line]
    assert message in faults[0].message


def test_read_labels_names_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "te\x1b[2Jst.txt"
    path.write_bytes(b"a.png\tA\n\x1b]0;x\x07\n")
    with pytest.raises(StageError) as caught:
        read_labels(path)
    assert ":2: " in caught.value.message
    assert "\x1b" not in caught.value.message + caught.value.where
    assert "\x07" not in caught.value.message
