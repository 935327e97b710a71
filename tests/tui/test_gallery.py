"""Which test images are looked at, and which characters are taken for which."""

from collections import Counter
from collections.abc import Iterator

import pytest

from pipeline.report.samples import Kind, Sample, Samples
from tui.appearance import Appearance, use
from tui.views.confusions import Confusion, by_readers, confusions_of, counted
from tui.views.gallery import Choice, Only, gallery_of

MODELS = ("checkpoint", "pd", "nb-x86")


@pytest.fixture(autouse=True)
def _usual() -> Iterator[None]:
    yield
    use(Appearance())


def sample(label: str, *found: str, image: str = "a.jpg", kind: Kind = "text") -> Sample:
    """Return an image; one reading is that of all models."""
    said = found * len(MODELS) if len(found) == 1 else found
    right = all(text == label for text in said)
    return Sample(image, label, MODELS, said, kind, is_as_labelled=right)


@pytest.mark.parametrize(
    ("label", "reading", "words"),
    [
        ("ZH3GLXR0D", "ZH36LXR0D", ["G→6"]),
        ("AB0", "AB0", []),
        ("A0B", "AOB", ["0→O"]),
        ("ABC", "AC", ["B left out"]),
        ("AC", "ABC", ["B added"]),
        ("", "X", ["X added"]),
        ("AB", "", ["A left out", "B left out"]),
        ("A B", "AB", ["␣ left out"]),
        ("AB", "XYZ", ["A→X", "B→Y", "Z added"]),
        ("京A1", "京B1", ["A→B"]),
        ("e\u0301a", "ea", ["e\u0301→e"]),
        ("a\x1bb", "ab", ["\\x1b left out"]),
    ],
)
def test_confusions_of_one_reading(label: str, reading: str, words: list[str]) -> None:
    found = confusions_of(sample(label, reading)).get("pd", ())
    assert [confusion.words for confusion in found] == words


def test_in_ascii_a_space_is_seen_too() -> None:
    use(Appearance(ascii_only=True))
    assert [Confusion(*pair).words for pair in ((" ", ""), ("O", "0"))] == ['" " left out', "O->0"]


def test_classes_are_taken_for_each_other_whole_and_counts_of_boxes_are_not_aligned() -> None:
    (turned,) = confusions_of(sample("0", "180", kind="class"))["pd"]
    assert turned.words == "0→180"
    assert confusions_of(sample("12 boxes", "11 boxes", kind="page")) == {}


def test_confusions_are_counted_by_model_the_most_frequent_first() -> None:
    samples = [sample("O1", "01"), sample("O2", "O2", "02", "02"), sample("I", "1")]
    counts = counted(samples)
    assert [item.words for item in counts] == ["O→0", "I→1"]
    assert counts[Confusion("O", "0")] == Counter({"pd": 2, "nb-x86": 2, "checkpoint": 1})
    assert by_readers(counts) == {
        ("checkpoint",): Counter({Confusion("O", "0"): 1, Confusion("I", "1"): 1}),
        ("pd", "nb-x86"): Counter({Confusion("O", "0"): 2, Confusion("I", "1"): 1}),
    }


def test_what_is_looked_at() -> None:
    samples = (
        sample("AB0", "AB0", "AB0", "ABO", image="parted.jpg"),
        sample("Ax", "A", image="misread.jpg"),
        sample("CD", "CD", image="right.jpg"),
    )
    gallery = gallery_of(Samples(samples))
    assert gallery.numbers == {Only.UNLIKE_LABEL: 2, Only.PARTED: 1, Only.ALL: 3}
    assert [Only.UNLIKE_LABEL.next, Only.PARTED.next, Only.ALL.next] == [*Only][1:] + [*Only][:1]

    def picked(only: Only, confusion: Confusion | None = None) -> list[str]:
        return [item.image for item in Choice(only, confusion).picked(samples)]

    assert picked(Only.UNLIKE_LABEL) == ["parted.jpg", "misread.jpg"]
    assert picked(Only.PARTED) == ["parted.jpg"]
    assert picked(Only.ALL) == ["parted.jpg", "misread.jpg", "right.jpg"]
    assert picked(Only.ALL, Confusion("0", "O")) == ["parted.jpg"]
    assert picked(Only.ALL, Confusion("x", "")) == ["misread.jpg"]
