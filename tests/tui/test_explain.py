"""``paddock explain``: an entry by its ID, a guard with its pitfalls, near matches; no terminal is driven."""

import pytest

from pipeline.pitfalls import Pitfall, entry
from pipeline.report.guards import GUARDS
from support.cli import call


def test_without_an_id_all_are_listed() -> None:
    done = call("explain")
    assert done.returncode == 0 and done.stderr == ""
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(map(str, Pitfall))


@pytest.mark.parametrize("pitfall", Pitfall, ids=str)
def test_every_entry_is_explained_with_its_sources(pitfall: Pitfall) -> None:
    item = entry(pitfall)
    done = call("explain", str(pitfall))
    assert item and done.returncode == 0 and done.stderr == ""
    said = "".join(done.stdout.split())
    texts = [line for section in item.sections for line in (section.title, *section.lines)]
    for text in (item.title, *texts):
        assert "".join(text.split()) in said
    for address in item.sections[-1].lines[::2]:
        assert address in done.stdout, "an address is not broken over two lines"
    assert all(line.isprintable() for line in done.stdout.split("\n"))


@pytest.mark.parametrize("guard", [guard.id for guard in GUARDS])
def test_every_guard_is_explained_with_its_pitfalls(guard: str) -> None:
    done = call("explain", guard)
    assert done.returncode == 0
    (row,) = [row for row in GUARDS if row.id == guard]
    assert all(str(pitfall) in done.stdout for pitfall in row.pitfalls)


def test_slip_of_the_finger_is_answered_with_what_was_meant() -> None:
    done = call("explain", "stoknb")
    assert done.returncode == 2 and done.stdout == ""
    assert "there is no pitfall and no guard 'stoknb'" in done.stderr
    assert "did you mean: stock-nb" in done.stderr


def test_name_that_is_nothing_like_ours_cannot_drive_the_terminal() -> None:
    done = call("explain", "\x1b[2J\u202exyzzy")
    assert done.returncode == 2 and "\x1b" not in done.stderr and "\u202e" not in done.stderr
    assert "paddock explain" in done.stderr


def test_chinese_lines_are_folded_by_cells() -> None:
    done = call("explain", "dictionary-crlf", "--lang", "zh_CN")
    assert done.returncode == 0 and "https://" in done.stdout


@pytest.mark.parametrize(
    ("message", "pitfall"),
    [
        ("Check failed: (k_ == w_dims[0])", "opt-newer-than-runtime"),
        (
            "[F 11/22 17:52: 3.919 ...ddle-Lite/lite/kernels/arm/fc_compute.cc:103 ReInitWhenNeeded] "
            "Check failed: (k_ == w_dims[0]): 960!==120 ",
            "opt-newer-than-runtime",
        ),
        ("No attributes called beta", "swish-without-beta"),
        ("Error: No attributes called beta found for swish", "swish-without-beta"),
        ("idx >= blocks.size()", "pir-given-to-opt"),
        ("kernel for 'conv2d' is not supported by Paddle-Lite", "foreign-target"),
        ("FlattenContiguousRangeOp::InferType", "missing-xshape"),
        ("FillConstantOp::InferShapeImpl", "scalar-without-shape"),
        ("  NO VALID out_shape.   Must set one of", "scalar-without-shape"),
        (
            "The shape of model params head.fc.weight [120, 37] not matched with loaded params "
            "head.fc.weight [120, 6625] !",
            "shape-mismatch-random-weights",
        ),
    ],
)
def test_message_that_another_program_printed_finds_its_entry(message: str, pitfall: str) -> None:
    done = call("explain", message)
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.startswith(f"{pitfall}: ")


def test_message_of_several_pitfalls_lists_them() -> None:
    done = call("explain", "IndexError: list index out of range")
    assert done.returncode == 0
    listed = [line.split()[0] for line in done.stdout.splitlines()[1:]]
    assert listed == ["dictionary-bom", "dictionary-double-space", "dictionary-classes"]


@pytest.mark.parametrize("message", ["consistent", "warning", "IndexError", "it !="])
def test_a_word_is_no_message(message: str) -> None:
    assert call("explain", message).returncode == 2
