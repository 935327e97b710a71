"""The official-ppocrv5 example's choice of lines, without drawing any."""

from support.example import EXAMPLES, load

printed = load("official-ppocrv5", "printed")


def test_same_seed_gives_the_same_lines_and_another_one_others() -> None:
    texts = [[line.text for line in printed.lines_of(seed)] for seed in (7, 7, 8)]
    assert texts[0] == texts[1] != texts[2]
    assert len(texts[0]) == printed.LINES >= 200


def test_fewer_lines_are_the_first_ones() -> None:
    assert list(printed.lines_of(7, 20)) == list(printed.lines_of(7))[:20]


def test_there_are_words_digits_spaces_and_chinese_in_all_fonts() -> None:
    lines = list(printed.lines_of(7))
    characters = {character for line in lines for character in line.text}
    assert set("0123456789 -:.") <= characters
    assert any("\u4e00" <= character <= "\u9fff" for character in characters)
    assert {line.font for line in lines} == printed.PACKAGES.keys()
    assert max(len(line.text) for line in lines) <= 40  # as its paddock.toml allows


def test_a_font_is_asked_for_what_it_has_only() -> None:
    for line in printed.lines_of(7):
        assert (line.font in printed.CHINESE) == (not line.text.isascii())


def test_the_image_has_the_fonts_and_their_packages() -> None:
    recipe = EXAMPLES.parent / "images" / "example"
    fonts = (recipe / "fonts.sha256").read_text().split()[1::2]
    assert {f"{name}.ttf" for name in printed.PACKAGES} <= set(fonts)
    assert set(printed.PACKAGES.values()) <= set((recipe / "packages.txt").read_text().split())
