"""What a file really is, told from its first bytes, whatever its name says. Nothing is unpickled or run.

People bring files that a server, a tool or a mail program left under the right name: a Git LFS pointer, an
error page, an archive. Each is cheap to tell early, and costs minutes and a wrong reason if it is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from pathlib import Path

from pipeline.errors import UsageError
from stages.message import joined, msg
from stages.text.labels import read_label_file

#: How much of a file is looked at.
HEAD = 4096
_BOM = b"\xef\xbb\xbf"
#: PyTorch's files before 1.6 begin with a pickle of this number (torch/serialization.py, MAGIC_NUMBER).
_OLD_TORCH = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
#: How a serialised ``ProgramDesc`` begins: the field ``blocks``, its length, and in it ``idx`` 0 and
#: ``parent_idx`` (paddle/fluid/framework/framework.proto).
_PROGRAM = re.compile(rb"\x0a[\x80-\xff]{0,9}[\x00-\x7f]\x08\x00\x10", re.DOTALL)
#: How ``save_combine`` begins: version 0, no LoD, version 0, the size of a description that begins with
#: the field ``data_type`` (paddle/phi/core/framework/dense_tensor_serialize.cc).
_TENSORS = re.compile(rb"\x00{16}[\x02-\x7f]\x00\x00\x00\x08", re.DOTALL)
#: A ``.nb`` file: the version of the format, and the version of ``opt`` as text.
_BUFFER = re.compile(rb"[\x00-\x02]\x00v?\d+\.\d+", re.DOTALL)
#: ONNX: ``ir_version``, then ``producer_name`` (onnx.proto).
_ONNX = re.compile(rb"\x08[\x01-\x14]\x12", re.DOTALL)
#: zip (also an empty one), gzip, bzip2, xz, 7z, rar, zstd; a tar has its mark further in.
_PACKED = (
    *(b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh91AY&SY", b"\xfd7zXZ\x00"),
    *(b"7z\xbc\xaf", b"Rar!\x1a", b"\x28\xb5\x2f\xfd"),
)
_SAFETENSORS = re.compile(rb".{6}\x00\x00\{\"", re.DOTALL)


def _begins(*starts: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(starts)


def _is_page(head: bytes) -> bool:
    start = head.removeprefix(_BOM).lstrip().lower()
    return start.startswith((b"<!doctype", b"<html", b"<head", b"<body"))


def _is_torch(head: bytes) -> bool:
    zipped = head.startswith(b"PK\x03\x04") and b"data.pkl" in head
    return zipped or head.startswith(_OLD_TORCH)


def _is_archive(head: bytes) -> bool:
    return head.startswith(_PACKED) or head[257:262] == b"ustar"


def _is_json(head: bytes) -> bool:
    return head.removeprefix(_BOM).lstrip()[:1] in (b"{", b"[")


def _is_text(head: bytes) -> bool:
    text = head.decode("utf-8", "ignore").encode("utf-8")
    return len(head) - len(text) < 4 and min(head, default=9) >= 9


class Kind(Enum):
    """What a file can be: how it is said of one ("FILE is …"), and how its first bytes look.

    In the order in which they are tried.
    """

    EMPTY = msg("an empty file"), lambda head: not head
    LFS_POINTER = (
        msg("a Git LFS pointer, not the file itself"),
        _begins(b"version https://git-lfs.github.com/spec/"),
    )
    WEB_PAGE = msg("a web page, saved under this name"), _is_page
    XML = msg("an XML document, most often a server's answer"), _begins(b"<?xml")
    TORCH = msg("a PyTorch file"), _is_torch
    ARCHIVE = msg("an archive that is still packed"), _is_archive
    PICKLE = msg("a checkpoint"), lambda head: b"\x80\x02" <= head[:2] < b"\x80\x06"
    PIR = (
        msg("the program of a PIR model"),
        lambda head: _is_json(head) and b'"base_code"' in head and b'"pir"' in head,
    )
    JSON = msg("JSON, but not the program of a model"), _is_json
    TEXT = msg("text"), _is_text
    PROGRAM = msg("the program of a PD model"), _PROGRAM.match
    TENSORS = msg("the parameters of an inference model"), _TENSORS.match
    BUFFER = msg("a Paddle-Lite model"), _BUFFER.match
    ONNX = msg("an ONNX model"), _ONNX.match
    OTHER_FRAMEWORK = (
        msg("a file of another framework"),
        lambda head: (
            head.startswith(b"\x89HDF") or head[4:8] == b"TFL3" or _SAFETENSORS.match(head)
        ),
    )
    UNKNOWN = msg("no file that Paddock knows"), lambda _head: True

    def __init__(self, said: str, looks: Callable[[bytes], object]) -> None:
        self.said, self.looks = said, looks


_UNPACK = msg("unpack it, and name what comes out")
_NOT_PADDLE = msg("give the model as PaddleOCR trained or exported it")
#: What no key of the project wants, and what to do about it.
_REMEDIES = {
    Kind.EMPTY: msg("copy or download it again"),
    Kind.LFS_POINTER: msg("fetch the file itself: git lfs install, then git lfs pull"),
    Kind.WEB_PAGE: msg(
        "download the file itself; opened in a browser, this one tells what happened"
    ),
    Kind.XML: msg("download the file itself; opened in an editor, this one tells what happened"),
    Kind.ARCHIVE: _UNPACK,
    Kind.TORCH: _NOT_PADDLE,
    Kind.ONNX: _NOT_PADDLE,
    Kind.OTHER_FRAMEWORK: _NOT_PADDLE,
    Kind.BUFFER: msg("give the model that it was converted from"),
}


def kind_of(path: Path) -> Kind:
    """Return what the file is, as far as its first bytes tell.

    Raises:
        UsageError: it cannot be read.
    """
    return kind_of_bytes(head_of(path))


def kind_of_bytes(head: bytes) -> Kind:
    """Return what a file that begins with ``head`` is."""
    return next(kind for kind in Kind if kind.looks(head))


def head_of(path: Path) -> bytes:
    """Return the first bytes of a file.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(HEAD)
    except OSError as error:
        raise UsageError(
            msg("{name} cannot be read: {why}", path.name, error.strerror), str(path)
        ) from error


def refuse_stand_in(path: Path) -> None:
    """Refuse a text that is none: a pointer, a page, an archive that stands where the file was meant.

    Raises:
        UsageError: says what it is, and what to do.
    """
    kind = kind_of(path)
    if kind in _REMEDIES and kind is not Kind.EMPTY:
        raise not_wanted(path, kind, msg("{name} is {kind}", path.name, kind.said))


def first_image(labels: Path) -> str:
    """Return the image that the first line of a label file names, as far as its first bytes tell; or ""."""
    found = read_label_file(head_of(labels).partition(b"\n")[0]).labels
    return found[0].image if found else ""


def require_kind(path: Path, *wanted: Kind) -> None:
    """Refuse a file of a model that is anything but what is wanted.

    Raises:
        UsageError: says what it is, what it should be, and what to do.
    """
    kind = kind_of(path)
    if kind in wanted:
        return
    message = msg("{name} is {kind}", path.name, kind.said)
    if kind not in _REMEDIES:
        expected = joined(" / ", (kind.said for kind in wanted))
        message = msg("{found}; it should be {expected}", message, expected)
    raise not_wanted(path, kind, message)


def not_wanted(path: Path, kind: Kind, message: str) -> UsageError:
    """Return the refusal of a file of this kind, with the remedy for it."""
    return UsageError(message, str(path), _REMEDIES.get(kind, msg("copy or download it again")))
