"""The detection example's choice of pages, without drawing any."""

from support.example import EXAMPLES, load

pages = load("official-ppocrv5-det", "pages")


def test_there_are_enough_pages_and_each_has_text() -> None:
    drawn = list(pages.pages_of(7))
    assert len(drawn) == pages.PAGES >= 20
    assert min(len(page.entries) for page in drawn) >= 15
    assert {(page.width, page.height) for page in drawn} == {pages.PORTRAIT, pages.LANDSCAPE}


def test_fewer_pages_are_the_first_ones_and_another_seed_gives_others() -> None:
    drawn = list(pages.pages_of(7))
    assert list(pages.pages_of(7, 3)) == drawn[:3]
    assert next(iter(pages.pages_of(8))).entries != drawn[0].entries


def test_entries_keep_off_the_edge_that_turning_cuts() -> None:
    for page in pages.pages_of(7):
        for entry in page.entries:
            assert 40 <= entry.x < page.width - 150
            assert 40 <= entry.y < page.height - entry.size - 30


def test_every_font_is_in_the_examples_image() -> None:
    listed = (EXAMPLES.parent / "images/example/fonts.sha256").read_text(encoding="utf-8")
    assert not [name for name in pages.FONTS if f"  {name}.ttf\n" not in listed]
