"""Image files as the user left them: a picture, or a sentence that says why not."""

import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from PIL import ExifTags, Image
from textual.app import App

from pipeline.report.pictures import KEPT_SIZE, LARGEST_FILE, PictureError, load_picture
from stages.contract.pages import Page
from support.recorded import RECORDED
from tui.terminal.answers import Answers
from tui.views.outlines import Finding, marked_page
from tui.widgets import picture
from tui.widgets.picture import Picture, as_characters, as_half_blocks, painted


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def png_that_claims(width: int, height: int) -> bytes:
    """Return a PNG of these dimensions with next to nothing in it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9))


def test_a_real_image() -> None:
    image = load_picture(RECORDED / "data", "test/00080.jpg").image
    assert image.mode == "RGB" and image.width > image.height


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "F"])
def test_any_kind_of_pixel(root: Path, mode: str) -> None:
    Image.new(mode, (64, 16)).save(root / "a.tiff")
    assert load_picture(root, "a.tiff").image.mode == "RGB"


def test_large_images_are_kept_small(root: Path) -> None:
    Image.new("L", (6000, 500)).save(root / "a.png")
    image = load_picture(root, "a.png").image
    assert image.width <= KEPT_SIZE[0] and image.height <= KEPT_SIZE[1]


@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 99, b"not an image", b"GIF89a", b"\xff\xd8\xff\xe0\x00\x10JFIF", b"BM"]
)
def test_what_is_no_image(root: Path, data: bytes) -> None:
    (root / "a.png").write_bytes(data)
    with pytest.raises(PictureError, match="not an image"):
        load_picture(root, "a.png")


def test_an_image_that_breaks_off(root: Path) -> None:
    whole = (RECORDED / "data" / "test" / "00080.jpg").read_bytes()
    (root / "a.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(PictureError, match="not an image"):
        load_picture(root, "a.jpg")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(60_000, 60_000), (10_000, 10_000)])
def test_a_decompression_bomb_is_not_decoded(root: Path, size: tuple[int, int]) -> None:
    (root / "a.png").write_bytes(png_that_claims(*size))
    with pytest.raises(PictureError, match=r"too large|not an image"):
        load_picture(root, "a.png")


def test_a_huge_file_is_not_opened(root: Path) -> None:
    with (root / "a.png").open("wb") as stream:
        stream.truncate(LARGEST_FILE + 1)
    with pytest.raises(PictureError, match="too large"):
        load_picture(root, "a.png")


@pytest.mark.parametrize("name", ["../secret.png", "/etc/passwd", "a/../../secret.png", "", "a\nb"])
def test_no_path_leads_out(root: Path, name: str) -> None:
    Image.new("L", (8, 8)).save(root.parent / "secret.png")
    with pytest.raises(PictureError, match="leads out"):
        load_picture(root, name)


def test_no_link_leads_out(root: Path) -> None:
    Image.new("L", (8, 8)).save(root.parent / "secret.png")
    (root / "a.png").symlink_to(root.parent / "secret.png")
    (root / "up").symlink_to("..")
    for name in ("a.png", "up/secret.png"):
        with pytest.raises(PictureError, match="leads out"):
            load_picture(root, name)


def test_links_inside_are_followed(root: Path) -> None:
    Image.new("L", (8, 8)).save(root / "a.png")
    (root / "b.png").symlink_to("a.png")
    assert load_picture(root, "b.png").size == (8, 8)


def test_what_is_no_file(root: Path) -> None:
    os.mkfifo(root / "pipe")
    (root / "folder").mkdir()
    (root / "loop").symlink_to("loop")
    for name in ("pipe", "folder", "loop", "missing.png"):
        with pytest.raises(PictureError, match="not there"):
            load_picture(root, name)


@pytest.mark.parametrize("size", [(320, 48), (48, 320), (1, 1), (3, 2000), (1600, 1)])
def test_drawings_fit(size: tuple[int, int]) -> None:
    image = Image.new("RGB", size)
    for draw in (as_half_blocks, as_characters):
        for width, height in ((76, 12), (1, 1), (200, 3)):
            lines = draw(image, width, height).plain.split("\n")
            assert len(lines) <= height and all(0 < len(line) <= width for line in lines)


def test_characters_show_light_and_dark() -> None:
    image = Image.new("L", (40, 20))
    image.paste(255, (20, 0, 40, 20))
    assert as_characters(image, 4, 1).plain == "  @@"


SQUARE = ((10, 10), (50, 10), (50, 30), (10, 30))
MOVED = ((50, 40), (90, 40), (90, 60), (50, 60))
LOW = ((10, 70), (50, 70), (50, 90), (10, 90))
PAGE = Page(
    "a.jpg",
    "3 boxes",
    {"pir": "", "pd": "", "nb-x86": ""},
    (SQUARE, MOVED, LOW),
    {"pir": (), "pd": (SQUARE,), "nb-x86": (SQUARE, MOVED)},
    missed={"pd": (1, 2), "nb-x86": (2,)},
)


def test_boxes_of_two_models_are_told_apart_without_colour() -> None:
    marked = marked_page(PAGE, (100, 100), plain=True)
    said = "# both 1  P only pd 0  N only nb-x86 1  ? labelled, not found 2"
    assert "  ".join(part.plain for part in marked.legend) == said
    page = marked.cut(Image.new("RGB", (100, 100), "white"))
    assert page.size == (84, 84)  # the empty border is cut off
    drawn = as_characters(page, 44, 22, marked.outlines).plain.split("\n")
    assert drawn[0].startswith(" ####") and set("".join(drawn)) == set(" #N?")
    assert any("N" in line and "?" in line for line in drawn)  # missed by PD, found by the other
    empty = replace(PAGE, boxes={}, regions=(), missed={})
    assert marked_page(empty, (9, 9), plain=True).outlines == ()


def test_boxes_are_drawn_after_scaling_so_that_none_is_lost() -> None:
    marked = marked_page(PAGE, (100, 100), plain=False)
    page = painted(Image.new("RGB", (12, 12), "white"), marked.outlines)
    colours = {page.getpixel((x, y)) for x in range(12) for y in range(12)}
    assert {Finding.BOTH.colour, Finding.OTHER.colour, Finding.MISSED.colour} < colours
    assert (255, 255, 255) not in colours  # dimmed, so that the lines stand out
    assert painted(page, ()) is page


def test_a_picture_on_its_side_is_as_large_as_it_is_shown(root: Path) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Image.new("L", (400, 100)).save(root / "a.jpg", exif=exif)
    loaded = load_picture(root, "a.jpg")
    assert loaded.size == loaded.image.size == (100, 400)


@dataclass
class Asked:
    """A terminal that answers when the test says so."""

    answers: Answers = field(default_factory=Answers)
    then: list[Callable[[], None]] = field(default_factory=list)

    def ask(self, then: Callable[[], None]) -> None:
        if self.answers.graphics is None:
            self.then.append(then)


async def test_a_picture_made_between_an_answer_and_what_it_brings_about_misses_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = Asked()
    monkeypatch.setattr(picture, "terminal", lambda: screen)
    before, between = Picture(id="before"), Picture(id="between")
    async with App[None]().run_test() as pilot:
        await pilot.app.mount(before)
        before.show_image(Image.new("RGB", (8, 8)))
        assert not before.query(".graphics"), "nothing has been said"
        screen.answers.graphics = "kitty"
        await pilot.app.mount(between)
        between.show_image(Image.new("RGB", (8, 8)))
        await pilot.pause()  # it is as large as it will be, and drawn
        for then in screen.then:
            then()
        await pilot.pause()
        assert before.query_one(".graphics") and between.query_one(".graphics")
