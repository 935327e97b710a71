"""Bad input: the right exit code, one message with file and line, and nothing left running."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from support.cli import paddock
from support.given import WEIGHTS, program, tensors
from support.runs import Files, Site, check_clean_refusal, first_lines, run

pytestmark = [pytest.mark.docker, pytest.mark.images]

TEXT = """
[project]
name = "bad-input"

[data]
test = ["test.txt"]
dictionary = "dict.txt"

[export]
model = "pd"
"""
LINES = 4


@pytest.fixture(scope="module")
def good(site: Site, lines: Path) -> Path:
    """A project whose data are in order; of its model the data stage only counts the classes."""
    files: Files = {
        "data/test": lines / "test",
        "data/test.txt": first_lines(lines / "test.txt", LINES),
        "dict.txt": lines / "dict.txt",
        "pd/inference.pdmodel": program(WEIGHTS, classes=37),
        "pd/inference.pdiparams": tensors(WEIGHTS),
    }
    return site.project("bad-input", TEXT, files)


@pytest.fixture
def folder(good: Path, tmp_path: Path) -> Path:
    """The project, put in order again."""
    kept = good.with_name("bad-input.kept")
    if not kept.exists():
        shutil.copytree(good, kept)
    for name in ("data", "dict.txt"):
        target = good / name
        if target.is_dir():
            shutil.rmtree(target)
            shutil.copytree(kept / name, target)
        else:
            shutil.copyfile(kept / name, target)
    return good


def labels(folder: Path) -> list[str]:
    return (folder / "data/test.txt").read_text(encoding="utf-8").splitlines()


def write_labels(folder: Path, new: list[str]) -> None:
    (folder / "data/test.txt").write_text("".join(f"{line}\n" for line in new), encoding="utf-8")


def label_outside_the_dictionary(folder: Path) -> None:
    write_labels(folder, [*labels(folder), labels(folder)[0] + "é\x1b[2J"])


def missing_image(folder: Path) -> None:
    write_labels(folder, [*labels(folder), "test/gone.png\tAB0"])


def crlf_dictionary(folder: Path) -> None:
    path = folder / "dict.txt"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


def bom_dictionary(folder: Path) -> None:
    path = folder / "dict.txt"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())


def twice_in_the_dictionary(folder: Path) -> None:
    path = folder / "dict.txt"
    path.write_bytes(path.read_bytes() + b"A\n")


def unreadable_image(folder: Path) -> None:
    (folder / "data" / labels(folder)[1].partition("\t")[0]).write_bytes(b"no image at all")


def malformed_label_line(folder: Path) -> None:
    write_labels(folder, [*labels(folder)[:2], labels(folder)[2].replace("\t", " ")])


def too_long_label(folder: Path) -> None:
    write_labels(folder, [labels(folder)[0] + "A" * 30])


def image_out_of_the_data(folder: Path) -> None:
    write_labels(folder, [*labels(folder), "../dict.txt\tAB0"])


def no_lines(folder: Path) -> None:
    write_labels(folder, [])


@pytest.mark.parametrize(
    ("spoil", "code", "said"),
    [
        (label_outside_the_dictionary, 5, ("U+00E9", "U+001B", "test.txt:5", "dictionary")),
        (missing_image, 2, ("test.txt", "line 5", "test/gone.png", "no file of such a name")),
        (twice_in_the_dictionary, 5, ("dict.txt", "37 lines", "37 classes")),
        (unreadable_image, 3, ("test.txt:2", "not an image")),
        (malformed_label_line, 2, ("test.txt:3", "0 tabs")),
        (too_long_label, 3, ("test.txt:1", "max_text_length")),
        (image_out_of_the_data, 2, ("test.txt", "line 5", "outside of [data] root")),
        (no_lines, 2, ("test.txt", "no lines")),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_bad_data_is_refused(
    site: Site, folder: Path, spoil: Callable[[Path], None], code: int, said: tuple[str, ...]
) -> None:
    spoil(folder)
    done = run(folder, "--until", "data")
    check_clean_refusal(done, code, *said)
    assert site.containers(folder) == []
    assert not (folder / "out").exists() and not (folder / "paddock.lock").exists()


@pytest.mark.parametrize(
    ("spoil", "pitfall"), [(crlf_dictionary, "dictionary-crlf"), (bom_dictionary, "dictionary-bom")]
)
def test_what_is_odd_about_a_trained_dictionary_is_a_warning(
    folder: Path, spoil: Callable[[Path], None], pitfall: str
) -> None:
    spoil(folder)
    done = run(folder, "--until", "data")
    assert done.code == 0, done.events[-3:]
    assert pitfall in [warned["pitfall"] for warned in done.of("warning", "data")]


def test_a_person_sees_one_message_and_no_escape_code(folder: Path) -> None:
    label_outside_the_dictionary(folder)
    done = paddock("--batch", "--until", "data", folder, environ={})
    assert done.returncode == 5
    assert done.stderr.count("error:") == 1 and "Traceback" not in done.stdout + done.stderr
    assert "test.txt:5" in done.stderr and "do:" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr


def test_what_was_put_in_order_runs(folder: Path) -> None:
    assert run(folder, "--until", "data").code == 0


def test_all_problems_are_said_at_once(folder: Path) -> None:
    too_long = [*labels(folder), labels(folder)[0] + "A" * 30]
    write_labels(folder, too_long)
    unreadable_image(folder)
    done = run(folder, "--until", "data")
    check_clean_refusal(done, 3, "test.txt:2", "test.txt:5", "2 problems")


def test_model_that_is_no_model(folder: Path) -> None:
    """It is refused before anything starts, and the data are not looked at."""
    kept = (folder / "pd/inference.pdmodel").read_bytes()
    (folder / "pd/inference.pdmodel").write_bytes(b"not a model")
    missing_image(folder)
    done = run(folder, "--until", "convert")
    (folder / "pd/inference.pdmodel").write_bytes(kept)
    assert done.code == 2 and "export.model: inference.pdmodel is text" in done.stderr
    assert "Traceback" not in done.stderr
