"""A model by address and hash: a file, or an archive that is unpacked safely."""

import gzip
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from pipeline.errors import IntegrityFailed, PaddockError, UsageError
from pipeline.models import archive
from pipeline.models.fetch_context import FetchContext
from pipeline.models.given import RemoteModel
from pipeline.models.remote import fetch_remote
from pipeline.models.store import cache_folder
from support.served import Site, serving

MODEL = {"m_infer/inference.json": b"program", "m_infer/inference.pdiparams": b"weights"}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as made:
        yield made


def remote(site: Site, name: str, data: bytes, promised: bytes | None = None) -> RemoteModel:
    """Serve ``data`` and return its source, with a secret and the hash of what was ``promised``."""
    site.files[f"/{name}"] = data
    digest = hashlib.sha256(data if promised is None else promised).hexdigest()
    return RemoteModel(url=f"{site.url}/{name}?token=secret", sha256=digest)


def left() -> list[str]:
    found = (path for path in cache_folder().rglob("*") if path.is_file())
    return sorted(path.name for path in found if path.name != ".lock")


def tar(
    files: dict[str, bytes], *others: tarfile.TarInfo, mode: Literal["w", "w:gz"] = "w"
) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as made:
        for info in others:
            made.addfile(info)
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def zipped(files: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return buffer.getvalue()


def test_a_file_is_fetched_once(site: Site) -> None:
    source = remote(site, "m.pdparams", b"weights")
    said: list[str] = []
    path = fetch_remote(source, FetchContext(said.append))
    assert path.name == "m.pdparams" and path.read_bytes() == b"weights"
    assert fetch_remote(source, FetchContext(said.append)) == path
    assert said == [f"fetching {site.url}/m.pdparams"] and len(site.asked) == 1


def test_another_hash_leaves_nothing(site: Site) -> None:
    with pytest.raises(IntegrityFailed, match=r"m\.pdparams: expected SHA-256") as caught:
        fetch_remote(remote(site, "m.pdparams", b"weights", b"other"), FetchContext())
    assert caught.value.where == f"{site.url}/m.pdparams"
    assert left() == []


def test_what_is_not_there_is_said(site: Site) -> None:
    source = RemoteModel(url=f"{site.url}/nothere", sha256="0" * 64)
    with pytest.raises(PaddockError, match=r"the server answered 404") as caught:
        fetch_remote(source, FetchContext())
    assert caught.value.where == source.url
    assert left() == []


@pytest.mark.parametrize("name", ["%2e%2e%2fm.bin", "a%1b%5b2J", "", "MANIFEST"])
def test_an_address_cannot_choose_where_the_file_goes(site: Site, name: str) -> None:
    path = fetch_remote(remote(site, name, b"weights"), FetchContext())
    assert path.parent.parent == cache_folder()
    assert path.name in ("m.bin", "model")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("m.tar", tar(MODEL)),
        ("m.tar.gz", tar(MODEL, mode="w:gz")),
        ("m.tgz", tar({f"./{name}": data for name, data in MODEL.items()}, mode="w:gz")),
        ("m.zip", zipped(MODEL)),
    ],
)
def test_an_archive_is_its_models_folder(site: Site, name: str, data: bytes) -> None:
    source = remote(site, name, data)
    folder = fetch_remote(source, FetchContext())
    assert folder.name == "m_infer"
    assert (folder / "inference.pdiparams").read_bytes() == b"weights"
    assert fetch_remote(source, FetchContext()) == folder and len(site.asked) == 1


def test_a_training_archive_is_its_checkpoint(site: Site) -> None:
    files = {"m_train/best_accuracy.pdparams": b"weights", "m_train/config.yml": b"Global: {}"}
    path = fetch_remote(remote(site, "m_train.tar", tar(files)), FetchContext())
    assert path.name == "best_accuracy.pdparams"


def test_a_damaged_copy_is_fetched_again(site: Site) -> None:
    source = remote(site, "m.tar", tar(MODEL))
    folder = fetch_remote(source, FetchContext())
    (folder / "inference.json").write_bytes(b"half")
    assert (fetch_remote(source, FetchContext()) / "inference.json").read_bytes() == b"program"


def test_the_hash_comes_before_the_unpacking(site: Site) -> None:
    evil = tar({"../../evil": b"x"})
    with pytest.raises(IntegrityFailed):
        fetch_remote(remote(site, "m.tar", evil, b"other"), FetchContext())


def link(kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo("link")
    info.type, info.linkname = kind, "/etc/passwd"
    return info


def folder(number: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(f"folder{number}")
    info.type = tarfile.DIRTYPE
    return info


HEADER = "a header of 1073742336 bytes"
#: Where the list of what is in a zip begins to be told.
END = b"PK\x05\x06"


def claim(kind: bytes) -> bytes:
    """Return a header that says that a gigabyte follows it."""
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = kind, (1 << 30) + 512
    return info.tobuf(tarfile.GNU_FORMAT)


def nameless_zip() -> bytes:
    """Return a zip of one file whose name is empty: what was its name is an extra field."""
    data = bytearray(zipped({"a": b"x"}))
    central = data.index(b"PK\x01\x02")
    for at in (26, central + 28):
        data[at : at + 4] = b"\0\0\1\0"
    return bytes(data)


def linked_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        info = zipfile.ZipInfo("link")
        info.external_attr = 0o120777 << 16
        made.writestr(info, "/etc/passwd")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("m.tar", tar({"../evil": b"x"}), "leads elsewhere: ../evil"),
        ("m.tar", tar({"/tmp/evil": b"x"}), "leads elsewhere: /tmp/evil"),
        ("m.zip", zipped({"a/../../evil": b"x"}), "leads elsewhere"),
        ("m.tar", tar({"a\x1b[2J": b"x"}), r"leads elsewhere: a\x1b[2J"),
        ("m.tar", tar({}, link(tarfile.SYMTYPE)), "link is a link or a device"),
        ("m.tar", tar({}, link(tarfile.LNKTYPE)), "link is a link or a device"),
        ("m.tar", tar({}, link(tarfile.CHRTYPE)), "link is a link or a device"),
        ("m.tar", tar({}, link(tarfile.FIFOTYPE)), "link is a link or a device"),
        ("m.zip", linked_zip(), "link is a link or a device"),
        ("m.zip", zipped({"a": b"x", "a/b": b"y"}), "a/b is in it twice"),
        ("m.zip", nameless_zip(), "a member's name leads elsewhere"),
        ("m.tar", b"not an archive", "it cannot be read"),
        ("m.zip", b"not an archive", "it cannot be read"),
        ("m.tar.gz", tar(MODEL, mode="w:gz")[:60], "it cannot be read"),
        ("m.tar", tar({"a": bytes(5000)})[:2000], "it cannot be read"),
        ("m.zip", zipped({"a": bytes(100_001)}, zipfile.ZIP_DEFLATED), "unpacks to more than"),
        ("m.tar", tar({str(number): b"" for number in range(11)}), "more than 10 files"),
        ("m.tar", tar({}, *(folder(number) for number in range(102))), "more than 100 members"),
        ("m.tar.gz", gzip.compress(claim(tarfile.GNUTYPE_LONGNAME)), HEADER),
        ("m.tar.gz", gzip.compress(claim(tarfile.XHDTYPE)), HEADER),
        ("m.tar", tar({"a" * 256: b"x"}), "File name too long"),
        ("m.zip", zipped(MODEL).replace(END, END + bytes(4))[:-4], "it cannot be read"),
    ],
    # bytes would name it by the time that is in an archive: each process would find other tests
    ids=lambda value: value if isinstance(value, str) else "archive",
)
def test_an_archive_that_could_do_harm_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch, name: str, data: bytes, said: str
) -> None:
    monkeypatch.setattr(archive, "MOST_BYTES", 100_000)
    monkeypatch.setattr(archive, "MOST_FILES", 10)
    with pytest.raises(UsageError, match=r"the archive m\.") as caught:
        fetch_remote(remote(site, name, data), FetchContext())
    assert said in caught.value.message and "unpack it yourself" in caught.value.remedy
    assert left() == []
