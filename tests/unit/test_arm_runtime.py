"""The Paddle-Lite library for ARM that a project gives: found, and refused early if it cannot be used."""

import hashlib
import io
import shutil
import tarfile
from pathlib import Path

import pytest

from pipeline.compose.file import read_compose
from pipeline.errors import IntegrityFailed, UsageError
from pipeline.models.fetch_context import FetchContext
from pipeline.plan import arm_runtime
from pipeline.plan.arm_runtime import arm_runtime_of
from pipeline.plan.hashes import HashCache
from pipeline.plan.inputs import FromProject, Upload
from pipeline.plan.stages import verify
from pipeline.plan.stages.spec import Basis
from pipeline.plan.start import Start
from pipeline.project.schema import ArmRuntime, Project, Settings
from stages.contract.artifacts import ARM_RUNTIME
from stages.lite.library import version_numbers
from support.elf import ARM, X86_64, lite_library

NAME = "libpaddle_light_api_shared.so"
TOP = "inference_lite_lib.armlinux.armv8.gcc.with_extra"
pytestmark = pytest.mark.usefixtures("own_cache")


def archive(library: bytes, *more: tarfile.TarInfo) -> bytes:
    """Return an archive laid out as Paddle-Lite's own is."""
    buffer = io.BytesIO()
    files = {f"cxx/lib/{NAME}": library, "cxx/include/paddle_api.h": b"//", "demo/readme.md": b""}
    with tarfile.open(fileobj=buffer, mode="w:gz") as made:
        for info in more:
            made.addfile(info)
        for name, data in files.items():
            info = tarfile.TarInfo(f"{TOP}/{name}")
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def taken(folder: Path, path: str, sha256: str = "") -> list[str]:
    """Return the files of the library that a project in ``folder`` gives by path, as verify gets them."""
    project = Project(folder, Settings.model_validate({"project": {"name": "p"}, "data": {}}))
    given = ArmRuntime(path=path, sha256=sha256)
    with HashCache(folder / "hashes.sqlite") as hashes:
        found = arm_runtime_of(given, project, hashes, FetchContext())
    return sorted(found[ARM_RUNTIME].upload.files)


@pytest.mark.parametrize(
    ("library", "why"),
    [
        (lite_library(machine=X86_64), "it is for x86-64, not for aarch64"),
        (lite_library(machine=ARM), "it is for arm, not for aarch64"),
        (lite_library(needed=("libc.so",), glibc="x"), "it is for Android or another system"),
        (lite_library(glibc="2.39"), "it needs glibc 2.39, and the image has 2.36"),
        (lite_library(version="v2.10"), r"it is Paddle-Lite 2.10, older than opt 2.13"),
        (lite_library(kernels=["ConvCompute"]), "it has no extra operators"),
        (b"\x7fELF but not really", "it is no "),
    ],
)
def test_a_library_that_cannot_run_the_files_is_refused_early(
    tmp_path: Path, library: bytes, why: str
) -> None:
    (tmp_path / "lite.tar.gz").write_bytes(archive(library))
    with pytest.raises(UsageError, match=f"verify.arm_runtime: {NAME}: {why}") as caught:
        taken(tmp_path, "lite.tar.gz")
    assert "inference_lite_lib.armlinux.armv8" in str(caught.value.remedy)


def test_an_archive_its_folder_or_the_library_beside_its_headers_is_taken(tmp_path: Path) -> None:
    data = archive(lite_library())
    (tmp_path / "lite.tar.gz").write_bytes(data)
    expected = ["include/paddle_api.h", f"lib/{NAME}"]
    assert taken(tmp_path, "lite.tar.gz", hashlib.sha256(data).hexdigest()) == expected
    shutil.unpack_archive(tmp_path / "lite.tar.gz", tmp_path)
    assert taken(tmp_path, TOP) == expected
    assert taken(tmp_path, f"{TOP}/cxx/lib/{NAME}") == expected


def test_a_library_without_headers_is_refused(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(lite_library())
    with pytest.raises(UsageError, match=r"there is no paddle_api\.h with"):
        taken(tmp_path, NAME)
    (tmp_path / NAME).write_bytes(lite_library(machine=X86_64))
    with pytest.raises(UsageError, match="not for aarch64"):  # headers would not help it
        taken(tmp_path, NAME)


def test_another_file_than_the_named_one_and_a_folder_with_a_hash_are_refused(
    tmp_path: Path,
) -> None:
    (tmp_path / "lite.tar.gz").write_bytes(archive(lite_library()))
    with pytest.raises(IntegrityFailed, match="expected SHA-256 0000"):
        taken(tmp_path, "lite.tar.gz", "0" * 64)
    (tmp_path / "lite").mkdir()
    with pytest.raises(UsageError, match="sha256 is that of a file"):
        taken(tmp_path, "lite", "0" * 64)


def test_an_archive_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    link = tarfile.TarInfo(f"{TOP}/cxx/lib/other.so")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    (tmp_path / "lite.tar.gz").write_bytes(archive(lite_library(), link))
    with pytest.raises(UsageError, match="is a link or a device"):
        taken(tmp_path, "lite.tar.gz")


@pytest.mark.parametrize(
    "given_",
    [
        {},
        {"path": "a", "url": "https://a/b"},
        {"url": "https://a/b"},
        {"url": "ftp://a", "sha256": "0" * 64},
    ],
)
def test_a_library_is_given_by_path_or_by_address_and_hash(given_: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"arm_runtime|ArmRuntime"):
        ArmRuntime(**given_)


def test_only_a_project_with_a_library_asks_for_the_image_that_runs_it(tmp_path: Path) -> None:
    tables = {"project": {"name": "p"}, "data": {}}
    project = Project(tmp_path, Settings.model_validate(tables))
    given = FromProject(Upload({}, "", ""), tree=True)
    basis = Basis(project, Start(), {ARM_RUNTIME: given})
    assert verify.SPEC.service(basis) == "verify-arm"
    assert verify.SPEC.service(Basis(project, Start(), {})) == ""
    images = read_compose({}).images
    assert [name for name, build in images.items() if build.asked_for] == [
        "verify-arm",
        "train-gpu",
        "paddock",
    ]


def test_the_opt_that_libraries_are_held_against_is_the_images() -> None:
    lock = Path(__file__).parents[2] / "images" / "lite" / "requirements.in"
    pinned = lock.read_text(encoding="utf-8").partition("paddlelite==")[2]
    assert version_numbers(pinned) == version_numbers(arm_runtime.OPT)
