"""Label files as people bring them: read, or refused in the plan by one sentence that says what to do."""

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from pipeline.errors import UsageError
from pipeline.plan.inputs import FromProject
from pipeline.plan.wiring import Wire
from support.given import give_pd
from support.plans import wires_of
from support.projects import HEAD

TRAINS = '[model]\npretrained = ""\n[train]\nmode = "full"\n'
MEASURED = '[data]\ntrain = ["l.txt"]\nval = ["l.txt"]\ntest = ["l.txt"]\ndictionary = "d.txt"\n'
DETECTION = '[data]\ntest = ["l.txt"]\n[model]\ntask = "detection"\n[export]\nmodel = "pd"\n'
Form = Literal["NFC", "NFD"]
PAGE = (
    '[{"transcription": "AB", "points": [[8, 8], [90, 8], [90, 40], [8, 40]], "difficult": false}]'
)


class Case:
    """A project whose label file a test writes, and whose images are a few bytes each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "data"
        self.root.mkdir()
        (folder / "d.txt").write_text("A\nB\n")
        self.settings(MEASURED + TRAINS)
        self.images("test/0.jpg", "test/1.jpg", "test/2.jpg")

    def settings(self, text: str) -> None:
        (self.folder / "paddock.toml").write_text(HEAD + text, encoding="utf-8")

    def images(self, *names: str) -> None:
        for name in names:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_bytes(name.encode())

    def labels(self, *names: str, text: str = "AB", separator: str = "\t") -> None:
        self.write("".join(f"{name}{separator}{text}\n" for name in names).encode())

    def write(self, data: bytes) -> None:
        (self.root / "l.txt").write_bytes(data)

    def wires(self) -> dict[str, Wire]:
        return {wire.stage: wire for wire in wires_of(self.folder)}

    def taken(self) -> list[str]:
        """Return the images that reach the data stage."""
        source = self.wires()["data"].inputs["train"]
        assert isinstance(source, FromProject)
        return sorted(set(source.upload.files) - {"l.txt"})

    def refusal(self) -> UsageError:
        """Return the one error of the plan, which is one line in the user's own names."""
        with pytest.raises(UsageError) as caught:
            self.wires()
        error = caught.value
        assert len(error.message.splitlines()) == 1, error.message
        assert "/paddock/" not in error.message + error.remedy
        assert error.where == str(self.root / "l.txt") and error.remedy
        return error


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


# What a label file holds.


@pytest.mark.parametrize("text", [PAGE, PAGE * 20])
def test_labels_of_pages_are_no_texts(case: Case, text: str) -> None:
    case.labels("test/0.jpg", "test/1.jpg", text=text)
    error = case.refusal()
    assert error.message.startswith("l.txt: labels of pages")
    assert "take rec_gt.txt" in error.remedy and 'task = "detection"' in error.remedy


def test_texts_are_no_labels_of_pages(case: Case) -> None:
    case.settings(DETECTION)
    give_pd(case.folder / "pd")
    case.labels("test/0.jpg", "test/1.jpg")
    error = case.refusal()
    assert error.message.startswith("l.txt: labels of lines")
    assert "take Label.txt" in error.remedy and 'task = "recognition"' in error.remedy


def test_of_a_list_of_images_all_are_taken(case: Case) -> None:
    case.write(b'["test/0.jpg", "test/1.jpg"]\tAB\ntest/2.jpg\tBA\n')
    assert case.taken() == ["test/0.jpg", "test/1.jpg", "test/2.jpg"]


def test_a_list_with_an_image_that_is_not_there_names_it(case: Case) -> None:
    case.write(b'["test/0.jpg", "gone.jpg"]\tAB\n')
    assert "1 of 2 images" in case.refusal().message and '"gone.jpg"' in case.refusal().message


@pytest.mark.parametrize("separator", [",", ", ", " ", ";", "|"])
def test_another_separator_is_named(case: Case, separator: str) -> None:
    case.labels("test/0.jpg", "test/1.jpg", separator=separator)
    error = case.refusal()
    assert error.message.startswith("l.txt:1: 0 tabs in")
    assert "1 more lines are like this" in error.message
    assert f'put a tab for the "{separator}"' in error.remedy


def test_a_file_without_lines_says_so(case: Case) -> None:
    case.write(b"\r\n")
    assert case.refusal().message.startswith("l.txt: no lines")


# How it was saved.


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"),
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: data.replace(b"\n", b"\r"),
        lambda data: data + b"\n\n",
        lambda data: data.removesuffix(b"\n"),
    ],
    ids=["bom-crlf", "crlf", "bom", "cr", "empty-lines-at-the-end", "no-end"],
)
def test_utf_8_is_read_as_any_editor_saves_it(case: Case, change: Callable[[bytes], bytes]) -> None:
    case.write(change(b"test/0.jpg\tAB\ntest/1.jpg\tBA\n"))
    assert case.taken() == ["test/0.jpg", "test/1.jpg"]


@pytest.mark.parametrize(
    ("codec", "name", "text"),
    [
        ("utf-16", "UTF-16", "AB"),
        ("utf-16-le", "UTF-16", "AB"),
        ("utf-16-be", "UTF-16", "AB"),
        ("utf-32", "UTF-32", "AB"),
        ("gbk", "GBK", "车牌号码"),
        ("big5", "Big5", "車牌號碼"),
        ("cp932", "Shift-JIS", "これは漢字"),
        ("euc_jp", "EUC-JP", "これは漢字"),
        ("cp949", "EUC-KR", "안녕하세요반갑습니다"),
        ("cp1252", "Windows-1252", "Müller"),
    ],
)
def test_another_encoding_is_named_once_with_what_to_do(
    case: Case, codec: str, name: str, text: str
) -> None:
    case.write("".join(f"test/{n}.jpg\t{text}\n" for n in range(3)).encode(codec))
    error = case.refusal()
    assert f"not UTF-8 but {name}" in error.message and text in error.message
    assert "iconv -f" in error.remedy and "Notepad" in error.remedy


def test_one_line_that_is_not_utf_8_is_a_line(case: Case) -> None:
    case.write("test/0.jpg\té\ntest/1.jpg\tü\n".encode() + b"test/2.jpg\t\xff\n")
    assert case.refusal().message == "l.txt:3: not UTF-8: byte 0xFF at column 12"


# Paths that do not fit.


@pytest.mark.parametrize(
    ("write", "how"),
    [
        (lambda name: f"rec/{name}", 'without "rec/" in front'),
        (lambda name: name.removeprefix("test/"), 'with "test/" in front'),
        (lambda name: name.replace("test/", "images/"), 'with "test/" for "images/" in front'),
        (lambda name: name.replace(".jpg", ".png"), "with .jpg for .png at the end"),
        (lambda name: name.replace("/", "\\"), "with / for \\"),
        (lambda name: "D:\\data\\" + name.replace("/", "\\"), 'without "D:\\data\\" in front'),
        (lambda name: f"/home/me/data/{name}", 'without "/home/me/data/" in front'),
        (lambda name: f"../data/{name}", 'without "../data/" in front'),
        (str.upper, "in other upper and lower case"),
        (lambda name: name.replace(".jpg", ".JPG"), "in other upper and lower case"),
        (lambda name: f'"{name}"', "without quotation marks"),
        (lambda name: f" {name}", "with other spaces (U+0020)"),
        (lambda name: name.replace("/", "%2F"), "with characters for %-escapes"),
        (lambda name: name.replace("/", "/\u200b"), "with other spaces (U+200B)"),
    ],
)
def test_paths_that_do_not_fit_are_one_sentence_with_the_difference(
    case: Case, write: Callable[[str], str], how: str
) -> None:
    case.labels(*(write(f"test/{number}.jpg") for number in range(3)))
    error = case.refusal()
    assert "3 of 3 images are not where l.txt says" in error.message
    assert f"; they are there {how}" in error.message
    assert "test/0.jpg" in error.message


def test_a_thousand_images_are_one_sentence_too(case: Case) -> None:
    names = [f"many/{number}.jpg" for number in range(1000)]
    case.images(*names)
    case.labels(*(name.replace("/", "\\") for name in names))
    error = case.refusal()
    assert "1000 of 1000 images" in error.message and len(error.message) < 300


def test_what_some_images_lack_is_said_of_these(case: Case) -> None:
    case.labels("test/0.jpg", "test/1.jpg", "test/2.jpeg", "gone.jpg")
    message = case.refusal().message
    assert 'for example "test/2.jpeg" (line 3)' in message
    assert "1 of them are there with .jpg for .jpeg at the end" in message


def test_images_that_are_nowhere_are_said_to_be(case: Case) -> None:
    case.labels("test/0.jpg", "gone/7.jpg")
    assert f"no file of such a name is in {case.root}" in case.refusal().message


def test_images_outside_of_the_root_are_found(case: Case) -> None:
    (case.folder / "pictures").mkdir()
    (case.folder / "pictures/7.jpg").write_bytes(b"7")
    case.labels("pictures/7.jpg")
    error = case.refusal()
    assert 'there is "pictures/7.jpg" outside of [data] root' in error.message
    assert "set [data] root" in error.remedy


def test_the_prefix_that_is_the_roots_name_has_a_second_way_out(case: Case) -> None:
    case.labels("data/test/0.jpg")
    assert "or set [data] root to the folder above" in case.refusal().remedy


@pytest.mark.parametrize(
    "name",
    [
        "a\u00a0b.jpg", "a\u3000b.jpg", "e\u0301.jpg", "\u200bx.jpg", "ö ü,;'.jpg", "[1].jpg", "a.b.JPG",
    ],
)  # fmt: skip
def test_odd_names_are_carried(case: Case, name: str) -> None:
    case.images(name)
    case.labels(name)
    assert case.taken() == [name]


@pytest.mark.parametrize(("written", "there"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_the_unicode_form_is_named(case: Case, written: Form, there: Form) -> None:
    forms = [unicodedata.normalize(form, "café.jpg") for form in (written, there)]
    case.images(forms[1])
    case.labels(forms[0])
    error = case.refusal()
    assert f"they are there in the Unicode form {there}" in error.message
    assert f"--{written.lower()} " in error.remedy


@pytest.mark.parametrize("character", ["\x07", "\x1b", "\x85", "\u2028", "\x7f"])
def test_a_character_that_no_name_may_have_is_named(case: Case, character: str) -> None:
    case.images(f"a{character}b.jpg")
    case.labels(f"a{character}b.jpg")
    error = case.refusal()
    assert f"U+{ord(character):04X}" in error.message and character not in error.message


# What is found in several files is said at once.


def test_every_file_is_read_before_anything_is_said(case: Case) -> None:
    case.settings(MEASURED.replace('val = ["l.txt"]', 'val = ["v.txt"]') + TRAINS)
    case.labels("test\\0.jpg")
    (case.root / "v.txt").write_bytes("test/1.jpg\tAB\n".encode("utf-16"))
    with pytest.raises(UsageError) as caught:
        case.wires()
    assert "UTF-16" in caught.value.message and "with / for" in caught.value.message
