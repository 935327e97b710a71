"""Image files as the user left them: a picture, or a sentence that says why not."""

from __future__ import annotations

import os
import struct
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from support.recorded import RECORDED
from tui.appearance import Appearance
from tui.views.pictures import KEPT_SIZE, LARGEST_FILE, PictureError, load_picture
from tui.widgets.picture import as_characters, as_half_blocks, probe


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
    image = load_picture(RECORDED / "data", "test/00080.jpg")
    assert image.mode == "RGB" and image.width > image.height


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "F"])
def test_any_kind_of_pixel(root: Path, mode: str) -> None:
    Image.new(mode, (64, 16)).save(root / "a.tiff")
    assert load_picture(root, "a.tiff").mode == "RGB"


def test_large_images_are_kept_small(root: Path) -> None:
    Image.new("L", (6000, 500)).save(root / "a.png")
    image = load_picture(root, "a.png")
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


def test_nothing_is_asked_where_images_cannot_be_shown(capfd: pytest.CaptureFixture[str]) -> None:
    probe(Appearance(ascii_only=True))
    assert capfd.readouterr() == ("", "")
    assert "textual_image" not in sys.modules
