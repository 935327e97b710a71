"""Images as people bring them: read as any other program shows them, or named."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from stages import data
from stages.contract import DataMetrics, ImageCounts
from stages.errors import StageError
from stages.full.plain import flattened
from stages.pitfalls import Pitfall
from stages.ppocr.config import DataPaths
from stages.ppocr.location import use_paddleocr
from stages.preprocess import decode, decode_as_paddleocr, describe_input, read_image
from support.legacy import Recorded, context

use_paddleocr()

from ppocr.data.imaug.operators import DecodeImage  # noqa: E402 - found only now

ACROSS, DOWN = (
    Image.fromarray((np.indices((20, 40))[axis] * 6).astype(np.uint8)) for axis in (1, 0)
)
COLOUR = Image.merge("RGB", (ACROSS, DOWN, ImageOps.invert(ACROSS)))
SEE_THROUGH = COLOUR.copy()
SEE_THROUGH.putalpha(DOWN)
OPAQUE = COLOUR.copy()
OPAQUE.putalpha(255)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def enlarged(png: bytes) -> bytes:
    """Return a PNG that says that it has 30,000 x 30,000 pixels."""
    head = b"IHDR" + struct.pack(">II", 30_000, 30_000) + png[24:29]
    return png[:12] + head + struct.pack(">I", zlib.crc32(head)) + png[33:]


def turned(image: Image.Image, kind: str, orientation: int, **options: Any) -> bytes:
    exif = Image.Exif()
    exif[274] = orientation
    return saved(image, kind, exif=exif, **options)


def shown(file: bytes) -> np.ndarray:
    """Return what an image viewer with a white background shows: [height, width, BGR]."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(file)))
    over = image.convert("RGBA")
    background = Image.new("RGBA", image.size, "white")
    return np.array(Image.alpha_composite(background, over).convert("RGB"))[:, :, ::-1]


FILES = {
    "rgba-png": saved(SEE_THROUGH, "PNG"),
    "rgba-webp": saved(SEE_THROUGH, "WEBP", lossless=True),
    "rgba-tiff": saved(SEE_THROUGH, "TIFF"),
    "rgba-jpeg-2000": saved(SEE_THROUGH, "JPEG2000"),
    "grey-alpha": saved(Image.merge("LA", (ACROSS, DOWN)), "PNG"),
    "palette-with-a-transparent-colour": saved(COLOUR.quantize(16), "PNG", transparency=0),
    "grey-with-a-transparent-grey": saved(ACROSS, "PNG", transparency=60),
    "two-levels-with-a-transparent-one": saved(ACROSS.convert("1"), "PNG", transparency=0),
    "colour-with-a-transparent-one": saved(COLOUR, "PNG", transparency=(0, 0, 255)),
    "opaque-png": saved(OPAQUE, "PNG"),
    "opaque-tiff": saved(OPAQUE, "TIFF"),
    "opaque-bmp": saved(OPAQUE, "BMP"),
    "palette": saved(COLOUR.quantize(16), "PNG"),
    "two-levels": saved(ACROSS.convert("1"), "PNG"),
    "grey-jpeg": saved(ACROSS, "JPEG"),
    "cmyk-jpeg": saved(COLOUR.convert("CMYK"), "JPEG"),
    "cmyk-tiff": saved(COLOUR.convert("CMYK"), "TIFF"),
    "progressive": saved(COLOUR, "JPEG", progressive=True),
    "pages": saved(COLOUR, "TIFF", save_all=True, append_images=[ACROSS.convert("RGB")]),
    "frames": saved(COLOUR, "PNG", save_all=True, append_images=[ACROSS.convert("RGB")]),
    **{f"jpeg-turned-{way}": turned(COLOUR, "JPEG", way) for way in range(1, 9)},
    **{f"png-turned-{way}": turned(COLOUR, "PNG", way) for way in range(1, 9)},
    **{f"rgba-turned-{way}": turned(SEE_THROUGH, "PNG", way) for way in range(1, 9)},
    "tiff-turned": turned(COLOUR, "TIFF", 6),
}


@pytest.mark.parametrize("name", FILES)
def test_an_image_is_read_as_a_viewer_shows_it(name: str) -> None:
    found, wanted = decode(FILES[name]), shown(FILES[name])
    assert found is not None and found.pixels.shape == wanted.shape
    assert int(np.abs(found.pixels.astype(int) - wanted).max()) <= 1


@pytest.mark.parametrize("name", FILES)
def test_only_what_is_transparent_is_read_in_another_way_than_paddleocr_does(name: str) -> None:
    found, theirs = (
        decode(FILES[name]),
        DecodeImage(img_mode="BGR")({"image": FILES[name]})["image"],
    )
    assert found is not None
    same = found.pixels.shape == theirs.shape and bool((found.pixels == theirs).all())
    transparent = name.startswith(("rgba", "grey-alpha")) or "transparent" in name
    assert found.flattened == transparent and same != transparent


@pytest.mark.parametrize("kind", [".png", ".tiff"])
def test_of_sixteen_bits_the_upper_eight_are_taken(kind: str) -> None:
    wide = np.array(SEE_THROUGH)[:, :, [2, 1, 0, 3]].astype(np.uint16) * 257
    for pixels in (wide, np.ascontiguousarray(wide[:, :, :3]), np.ascontiguousarray(wide[:, :, 0])):
        found = decode(cv2.imencode(kind, pixels)[1].tobytes())
        assert found is not None and found.file.deep
        if pixels is wide:
            wanted = shown(FILES["rgba-png"])
        else:
            wanted = np.broadcast_to((pixels >> 8).reshape(20, 40, -1), (20, 40, 3))
        assert int(np.abs(found.pixels.astype(int) - wanted).max()) <= 1


def test_a_bitmap_whose_fourth_byte_is_an_alpha_is_flattened() -> None:
    plain = np.array(COLOUR)[::-1, :, ::-1]
    rows = np.dstack([plain, np.array(DOWN)[::-1]]).tobytes()
    masks = b"".join(mask.to_bytes(4, "little") for mask in (0xFF0000, 0xFF00, 0xFF, 0xFF000000))
    head = np.array([124, 40, 20], "<u4").tobytes() + np.array([1, 32], "<u2").tobytes()
    head += np.array([3, len(rows), 0, 0, 0, 0], "<u4").tobytes() + masks
    head += bytes(124 - len(head))
    file = b"BM" + np.array([138 + len(rows), 0, 138], "<u4").tobytes() + head + rows
    found = decode(file)
    assert found is not None and found.flattened
    assert int(np.abs(found.pixels.astype(int) - shown(FILES["rgba-png"])).max()) <= 1


def test_preprocess_json_says_how_a_file_becomes_pixels() -> None:
    said = describe_input((3, 48, 320))["image"]
    assert "applied" in said["exif_orientation"] and "white" in said["transparency"]


# The trainer of PaddleOCR.


def test_paddleocrs_trainer_is_given_what_every_other_stage_sees(tmp_path: Path) -> None:
    for split in ("train", "val"):
        (tmp_path / split).mkdir()
        for name in ("rgba-png", "opaque-png", "jpeg-turned-6"):
            (tmp_path / split / name).write_bytes(FILES[name])
        lines = "rgba-png\tA\nopaque-png\tB\nrgba-png\tA\njpeg-turned-6\tC\n"
        (tmp_path / f"{split}.txt").write_text(lines if split == "train" else "opaque-png\tB\n")
    train, val = tmp_path / "train.txt", tmp_path / "val.txt"
    given = DataPaths(tmp_path / "train", train, tmp_path / "val", val, tmp_path / "d.txt")
    paths = flattened(given, tmp_path / "scratch")
    assert (paths.val_labels, paths.train_root) == (val, given.train_root)
    rows = [line.split("\t") for line in paths.train_labels.read_text().splitlines()]
    assert [text for _, text in rows] == ["A", "B", "A", "C"] and rows[0] == rows[2]
    for name, _ in rows:
        file = (paths.train_root / name).read_bytes()
        theirs = decode_as_paddleocr(file)
        original = paths.train_root / ("rgba-png" if name == rows[0][0] else name)
        assert theirs is not None and theirs.tobytes() == read_image(original).tobytes()


# In the data stage.


def checked(folder: Path, splits: dict[str, dict[str, tuple[bytes, str]]], **told: Any) -> Recorded:
    """Write splits (image -> its file and text) and return a context of the data stage."""
    for split, images in splits.items():
        (folder / split).mkdir()
        for name, (file, _) in images.items():
            (folder / split / name).write_bytes(file)
        lines = "".join(f"{name}\t{text}\n" for name, (_, text) in images.items())
        (folder / split / "l.txt").write_text(lines, "utf-8")
    (folder / "d.txt").write_text("".join(f"{c}\n" for c in "ABCDE#待识别"), "utf-8")
    parameters = {
        "labels": {split: ["l.txt"] for split in splits},
        "use_space_char": False,
        "max_text_length": 25,
        "image_shape": [3, 48, 320],
        **told,
    }
    trees = {split: folder / split for split in splits}
    return context("data", folder, {**trees, "dictionary": folder / "d.txt"}, parameters)


def on_nothing(text: str, size: tuple[int, int] = (160, 48), alpha: bool = True) -> bytes:
    """Draw black text on a transparent, or a white, background; what is transparent is black below."""
    ink = np.zeros((size[1], size[0]), np.uint8)
    cv2.putText(ink, text, (8, size[1] - 14), cv2.FONT_HERSHEY_SIMPLEX, 1, 255, 2)
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    image.putalpha(Image.fromarray(ink))
    if alpha:
        return saved(image, "PNG")
    return saved(
        Image.alpha_composite(Image.new("RGBA", size, "white"), image).convert("RGB"), "PNG"
    )


def test_transparent_images_with_different_texts_are_different(tmp_path: Path) -> None:
    run = checked(
        tmp_path,
        {
            "train": {"0.png": (on_nothing("AB"), "AB"), "1.png": (on_nothing("CD"), "CD")},
            "val": {"0.png": (on_nothing("EE"), "EE")},
            "test": {"0.png": (on_nothing("DC"), "DC")},
        },
    )
    found = data.run(run)
    assert isinstance(found, DataMetrics) and found.leaked == found.duplicates == 0
    assert found.images == ImageCounts(flattened=4)
    (warning,) = run.warnings()
    assert "4 of 4 images are transparent in places" in warning and '"0.png"' in warning


def test_an_image_is_the_same_with_and_without_its_background(tmp_path: Path) -> None:
    one, other = on_nothing("AB"), on_nothing("AB", alpha=False)
    run = checked(tmp_path, {"train": {"a.png": (one, "AB")}, "test": {"b.png": (other, "AB")}})
    with pytest.raises(StageError) as caught:
        data.run(run)
    assert caught.value.pitfall is Pitfall.LEAKED_TEST_IMAGES


def test_what_programs_read_in_different_ways_is_counted_with_examples(tmp_path: Path) -> None:
    deep = cv2.imencode(".png", np.array(COLOUR).astype(np.uint16) * 257)[1].tobytes()
    images = {
        "turned.jpg": turned(COLOUR, "JPEG", 6),
        "turned.webp": turned(SEE_THROUGH, "WEBP", 3, lossless=True),
        "deep.png": deep,
        "pages.tiff": FILES["pages"],
        "flat.png": saved(Image.new("RGB", (40, 20), "red"), "PNG"),
        "usual.png": saved(COLOUR, "PNG"),
    }
    run = checked(tmp_path, {"test": {name: (file, "A") for name, file in images.items()}})
    found = data.run(run)
    assert found.images == ImageCounts(turned=1, flattened=1, deep=1, frames=1, one_colour=1)
    said = "\n".join(run.warnings())
    for name, what in (
        ("turned.jpg", "are turned as their EXIF orientation says"),
        ("turned.webp", "have an EXIF orientation that OpenCV does not obey in WebP"),
        ("deep.png", "have more than 8 bits a channel"),
        ("pages.tiff", "have several frames or pages"),
        ("flat.png", "show one colour and nothing to read"),
    ):
        assert f'1 of 6 images {what}, for example "{name}"' in said


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        (saved(COLOUR, "GIF"), "is a GIF"),
        (saved(COLOUR, "ICO"), "is an icon"),
        (saved(COLOUR, "PDF"), "is a PDF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "is a HEIC photo"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "is an AVIF"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
            "is a Git LFS pointer",
        ),
        (b"<!DOCTYPE html><title>404</title>", "is an HTML page"),
        (b"\n<svg xmlns=''/>", "is an SVG"),
        (
            enlarged(saved(COLOUR, "PNG")),
            "has 900000000 pixels, more than the 134217728 that are read",
        ),
        (saved(COLOUR, "JPEG")[:-200], "is cut off"),
        (saved(COLOUR, "PNG")[:-60], "is cut off"),
        (saved(COLOUR, "WEBP")[:-40], "is cut off"),
        (b"nothing that anybody knows", "is not an image that OpenCV reads"),
    ],
)
def test_what_is_no_image_is_named_for_what_it_is(tmp_path: Path, file: bytes, fault: str) -> None:
    images = {f"{number}.png": (file + bytes(number), "A") for number in range(9)}
    with pytest.raises(StageError) as caught:
        data.run(checked(tmp_path, {"test": images}))
    lines = caught.value.message.splitlines()
    assert lines[0] == "9 problems in the data:"
    assert lines[1].startswith(f'  l.txt:1: the image "0.png" {fault}')
    assert lines[4:] == ["  … and 6 more like this"]


# How lines suit the model.


def strip(width: int, height: int = 48, seed: int = 0) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return saved(Image.fromarray(pixels), "PNG")


def test_wide_lines_are_said_with_the_shape_that_takes_them(tmp_path: Path) -> None:
    images = {f"{n}.png": (strip(300 + 100 * n, seed=n), "AB") for n in range(6)}
    run = checked(tmp_path, {"test": images})
    shape = data.run(run).shape
    assert shape is not None
    assert (shape.squeezed, shape.widest, shape.fitting_width) == (5, 800, 800)
    (warning,) = run.warnings()
    assert "5 of 6 images are wider than the model" in warning
    assert 'the widest has 800 ("5.png")' in warning and "image_shape = [3, 48, 800]" in warning


def test_placeholders_upright_and_tiny_lines_are_counted(tmp_path: Path) -> None:
    images = {
        "a.png": (strip(100), "待识别"),
        "b.png": (strip(100, seed=1), "###"),
        "c.png": (strip(100, seed=2), "待识别"),
        "tall.png": (strip(30, 90, seed=3), "AB"),
        "one.png": (strip(30, 90, seed=4), "A"),
        "low.png": (strip(50, 6, seed=5), "AB"),
    }
    run = checked(tmp_path, {"test": images})
    shape = data.run(run).shape
    assert shape is not None
    assert (shape.placeholders, shape.upright, shape.tiny, shape.texts) == (3, 1, 1, 4)
    said = "\n".join(run.warnings())
    assert '3 of 6 texts stand for one that nobody has read ("待识别" × 2, "###" × 1)' in said
    assert '1 of 6 images are higher than wide, for example "tall.png"' in said
    assert '1 of 6 images are less than 8 pixels high or wide, for example "low.png"' in said


def test_the_same_text_again_and_again_is_said(tmp_path: Path) -> None:
    images = {f"{n}.png": (strip(90, seed=n), "AB" if n < 15 else "CD") for n in range(24)}
    run = checked(tmp_path, {"test": images})
    shape = data.run(run).shape
    assert shape is not None and (shape.commonest, shape.texts) == (15, 2)
    (warning,) = run.warnings()
    assert '15 of 24 lines have the same text, "AB"' in warning


def test_label_files_of_windows_and_lists_are_said_once(tmp_path: Path) -> None:
    images = {"a.png": (strip(90), "AB"), "b.png": (strip(90, seed=1), "CD")}
    run = checked(tmp_path, {"test": images})
    lines = b'\xef\xbb\xbf["a.png", "b.png"]\tAB\r\nb.png\tCD\r\n'
    (tmp_path / "test/l.txt").write_bytes(lines)
    trees = {"test": tmp_path / "test", "dictionary": tmp_path / "d.txt"}
    run = context("data", tmp_path, trees, run.parameters)
    assert data.run(run).lines == {"test": 3}
    plain, lists, *_ = run.warnings()
    assert "l.txt: UTF-8 with a byte order mark and Windows line ends (CRLF)" in plain
    assert "dos2unix l.txt" in plain and "VS Code" in plain
    assert lists.startswith("1 lines list several images")
    assert (run.output / "test.txt").read_bytes() == b"a.png\tAB\nb.png\tAB\nb.png\tCD\n"
