"""``paddock check-app``: real layouts, with the model that was delivered and with each known mistake."""

import json
from pathlib import Path

import pytest

from pipeline.app.mentions import Mentions
from pipeline.project import Project
from stages.lite.library import EXTRA
from support.apps import (
    DEMO_DICTIONARY,
    DEMO_LIBRARY,
    DEMO_REC,
    DETECTOR,
    DICTIONARY,
    DOWNLOAD,
    IOS_PROGRAM,
    IOS_REC,
    LITE_DEMO,
    OCR_DEMO,
    OCR_REC,
    OLDER,
    OURS,
    STOCK,
    STOCK_DICTIONARY,
    XCODE,
    Files,
    apple_program,
    fetch_stock,
    laid_out,
    model,
    packed,
    shipped_project,
)
from support.cli import call
from support.elf import android_library, arm_32_library
from support.shipped import record

SECOND = "assets/models/ocr_v2/rec.nb"
pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return shipped_project(tmp_path_factory.mktemp("shipped") / "project")


def said(app: Path, project: Project) -> tuple[int, dict[str, str]]:
    """Return the exit code and the pitfalls by kind of finding; what is printed fits 80 columns."""
    done = call("check-app", app, project.folder, "--json")
    text = call("check-app", app, project.folder)
    assert text.returncode == done.returncode
    lines = [line for line in text.stdout.splitlines() if "paddock explain" not in line]
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in text.stdout
    findings = json.loads(done.stdout)["findings"]
    for item in findings:
        assert bool(item["pitfall"]) == (item["outcome"] == "wrong")
        assert item["message"].split()[0].rstrip(":") in text.stdout
    return done.returncode, {item["kind"]: item["pitfall"] for item in findings}


def apps(tmp_path: Path, android: Files, ocr: Files, ios: Files) -> list[Path]:
    return [
        packed(tmp_path / "app.apk", android),
        packed(tmp_path / "app.aab", {f"base/{name}": data for name, data in android.items()}),
        laid_out(tmp_path / "android_demo", ocr),
        packed(tmp_path / "app.ipa", ios),
    ]


def test_the_right_model_is_right_in_every_layout(tmp_path: Path, project: Project) -> None:
    for app in apps(tmp_path, LITE_DEMO, OCR_DEMO, XCODE):
        code, kinds = said(app, project)
        assert code == 0, kinds
        found = {"model-yours", "model-other-task", "dictionary-yours", "library-fits"}
        assert set(kinds) == found, app


def test_the_stock_model_is_named(tmp_path: Path, project: Project) -> None:
    name = fetch_stock()
    android, ocr = {**LITE_DEMO, DEMO_REC: STOCK}, {**OCR_DEMO, OCR_REC: STOCK}
    for app in apps(tmp_path, android, ocr, {**XCODE, IOS_REC: STOCK}):
        code, kinds = said(app, project)
        assert (code, kinds["model-stock"]) == (5, "app-ships-stock-model")
        assert name in call("check-app", app, project.folder).stdout


@pytest.mark.parametrize(
    ("change", "kind", "pitfall"),
    [
        ({DEMO_REC: STOCK}, "model-foreign", "app-ships-stock-model"),
        ({DEMO_REC: OLDER}, "model-earlier", "stale-file"),
        ({DEMO_REC: model(version="v2.12")}, "model-rebuilt", "changed-artifact"),
        ({DEMO_REC: OURS[:-1]}, "model-damaged", "changed-artifact"),
        ({DEMO_REC: b""}, "model-damaged", "changed-artifact"),
        ({SECOND: STOCK, "classes.dex": b"models/ocr_v2\0rec.nb"}, "model-second",
         "app-ships-stock-model"),
        ({SECOND: STOCK, "classes.dex": b""}, "model-second", "app-ships-stock-model"),
        ({SECOND: OLDER, "resources.arsc": "rec.nb".encode("utf-16-le")}, "model-second",
         "app-ships-stock-model"),
        ({DEMO_DICTIONARY: DICTIONARY.replace(b"\n", b"\r\n")}, "dictionary-differs",
         "app-dictionary-differs"),
        ({"assets/labels/dict.txt": STOCK_DICTIONARY, "classes.dex": b"dict.txt"},
         "dictionary-second", "app-dictionary-differs"),
        ({DEMO_LIBRARY: android_library(version="v2.10")}, "library-older", "opt-newer-than-runtime"),
        ({"lib/armeabi-v7a/libpaddle_light_api_shared.so": arm_32_library("v2.10-rc")},
         "library-older", "opt-newer-than-runtime"),
        ({DEMO_LIBRARY: android_library(page=0x1000)}, "pages-too-small", "page-size-16k"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_every_mistake_is_found_and_named(
    change: Files, kind: str, pitfall: str, tmp_path: Path, project: Project
) -> None:
    code, kinds = said(packed(tmp_path / "app.apk", {**LITE_DEMO, **change}), project)
    assert (code, kinds.get(kind)) == (5, pitfall), kinds


@pytest.mark.parametrize(
    "change",
    [
        {DEMO_DICTIONARY: DICTIONARY.rstrip()},
        {SECOND: STOCK},
        {"assets/labels/label_list": b"background\ncat\n"},
        {"assets/labels/keys_old.txt": STOCK_DICTIONARY},
        {"lib/armeabi-v7a/libpaddle_light_api_shared.so": arm_32_library(version="v2.14-rc")},
        {"tools/libx.so": android_library("x", page=0x1000, needed=("libc.so.6",), glibc="2.17")},
    ],
    ids=["no last newline", "unnamed model", "labels", "unnamed dictionary", "newer library", "for Linux"],
)  # fmt: skip
def test_what_does_no_harm_is_no_mistake(change: Files, tmp_path: Path, project: Project) -> None:
    assert said(packed(tmp_path / "app.apk", {**LITE_DEMO, **change}), project)[0] == 0


@pytest.mark.parametrize(
    "change",
    [
        {DEMO_LIBRARY: android_library(version="")},
        {DEMO_LIBRARY: android_library(kernels=())},
        {"assets/deep.zip": b"no archive"},
        {"classes.dex": b"models/other.nb\0labels/ppocr_keys_v1.txt"},
        {"classes.dex": b"ch_ppocr_mobile_v2.0_rec_slim_opt.nb\0labels/en_dict.txt"},
        {SECOND: model(0.0, last="arg_max"), "classes.dex": LITE_DEMO["classes.dex"] + b"rec.nb"},
    ],
    ids=["no version", "no type names", "not to be unpacked", "nothing names the model",
         "nothing names the dictionary", "a second model for nobody knows what"],
)  # fmt: skip
def test_what_could_not_be_told_is_said(change: Files, tmp_path: Path, project: Project) -> None:
    verdict = verdict_of(packed(tmp_path / "a.apk", {**LITE_DEMO, **change}), project)
    assert verdict == (0, "unknown")


def verdict_of(app: Path, project: Project) -> tuple[int, str]:
    done = call("check-app", app, project.folder, "--json")
    return done.returncode, json.loads(done.stdout)["verdict"]


def without(files: Files, *names: str) -> Files:
    return {name: data for name, data in files.items() if name not in names}


def test_what_has_no_model_of_yours_is_not_said_to_ship_it(
    tmp_path: Path, project: Project
) -> None:
    bare = laid_out(tmp_path / "a", without(OCR_DEMO, OCR_REC))
    assert verdict_of(bare, project) == (5, "wrong")
    (tmp_path / "stock.nb").write_bytes(STOCK)
    (bare / OCR_REC).symlink_to(tmp_path / "stock.nb")
    code, kinds = said(bare, project)
    assert code == 5 and {"not-opened", "model-missing"} <= kinds.keys()
    words = laid_out(tmp_path / "b", {"assets/keys.txt": DICTIONARY})
    assert verdict_of(words, project) == (5, "wrong")


def test_a_file_for_computers_is_wrong_only_where_phones_would_load_it(tmp_path: Path) -> None:
    project, x86 = shipped_project(tmp_path / "project"), model(target=2)
    record(project, "run-9", OURS, dictionary=DICTIONARY, x86=x86)
    app = {**LITE_DEMO, "assets/x86.nb": x86}
    assert said(packed(tmp_path / "both.apk", app), project)[0] == 0
    assert "model-for-computers" in said(packed(tmp_path / "both.apk", app), project)[1]
    named = {**app, "classes.dex": b"x86.nb\0labels/ppocr_keys_v1.txt"}
    for change in (without(app, DEMO_REC), named):
        code, kinds = said(packed(tmp_path / "one.apk", change), project)
        assert (code, kinds.get("model-for-other-target")) == (5, "foreign-target"), kinds


@pytest.mark.parametrize(
    ("name", "data", "code", "words"),
    [
        ("rec.nb", OURS, 0, "right, as far as"),
        ("keys.txt", DICTIONARY, 0, "right, as far as"),
        ("det.nb", DETECTOR, 5, "1 thing is wrong"),
        ("libother.so", apple_program(())[:8], 2, "neither an app"),
        ("README.md", b"hello", 2, "neither an app"),
        ("app.7z", b"7z\xbc\xaf", 2, "neither an app"),
    ],
)
def test_a_single_file_is_judged_as_what_it_is(
    name: str, data: bytes, code: int, words: str, tmp_path: Path, project: Project
) -> None:
    file = tmp_path / name
    file.write_bytes(data)
    done = call("check-app", file, project.folder)
    assert done.returncode == code
    assert words in " ".join((done.stdout + done.stderr).split())


def test_a_set_of_packages_is_opened(tmp_path: Path, project: Project) -> None:
    for rec, code in ((OURS, 0), (STOCK, 5)):
        base = packed(tmp_path / "base.apk", {**LITE_DEMO, DEMO_REC: rec}).read_bytes()
        for name in ("app.apks", "app.xapk"):
            assert said(packed(tmp_path / name, {"splits/base.apk": base}), project)[0] == code


def test_what_a_packed_folder_is_called_hides_nothing(tmp_path: Path, project: Project) -> None:
    inner = packed(tmp_path / "m.zip", {"build/rec.nb": STOCK}).read_bytes()
    unnamed = packed(tmp_path / "a.apk", {**LITE_DEMO, "assets/m.zip": inner})
    assert said(unnamed, project)[1].get("model-unused") == ""
    named = {"assets/m.zip": inner, "classes.dex": b"build/rec.nb"}
    assert said(packed(tmp_path / "b.apk", {**LITE_DEMO, **named}), project)[0] == 5


def test_an_app_that_downloads_its_model_is_found(tmp_path: Path, project: Project) -> None:
    gradle = OCR_DEMO["app/build.gradle"] + DOWNLOAD
    demo = laid_out(tmp_path / "demo", {**OCR_DEMO, "app/build.gradle": gradle})
    code, kinds = said(demo, project)
    assert (code, kinds["model-downloaded"]) == (5, "app-ships-stock-model")
    own = {"classes.dex": b"https://example.org/our/model.nb"}
    bare = without(LITE_DEMO, DEMO_REC)
    code, kinds = said(packed(tmp_path / "a.apk", {**bare, **own}), project)
    assert (code, kinds["model-missing"]) == (5, "app-ships-stock-model")
    assert kinds["model-from-address"] == ""


def test_a_demo_that_downloads_its_libraries_only_is_no_mistake(
    tmp_path: Path, project: Project
) -> None:
    gradle = b"""'https://paddlelite-demo.bj.bcebos.com/libs/android/paddle_lite_libs_v2_6_1.tar.gz',
    'https://paddleocr.bj.bcebos.com/dygraph_v2.0/lite/paddle_lite_libs_v2_8_0.gz'"""
    app = laid_out(tmp_path / "demo", {**OCR_DEMO, "app/build.gradle": gradle})
    assert said(app, project)[0] == 0


@pytest.mark.parametrize(
    ("code", "is_named"),
    [
        (b'"models/rec.nb"', True),
        (b"\0\x06rec.nb\0", True),
        (b"\0Jmodels/" + b"x" * 61 + b"/rec.nb\0", True),
        ("\x06rec.nb\0".encode("utf-16-le"), True),
        (b'pathForResource:@"rec" ofType:@"nb"', True),
        (b"my_rec.nb", False),
        (b"rec.nbx", False),
        ("my_rec.nb".encode("utf-16-le"), False),
    ],
)
def test_a_name_is_looked_for_whole(code: bytes, is_named: bool) -> None:
    named = Mentions(["assets/rec.nb"])
    named.take("classes.dex", code)
    assert named.names("assets/rec.nb") is is_named


def test_a_length_that_looks_like_a_letter_hides_no_name() -> None:
    long = "r" * 62 + ".nb"  # 65, which is "A"
    named = Mentions([f"assets/{long}"])
    named.take("classes.dex", f"\0A{long}\0".encode())
    assert named.names(f"assets/{long}")


def test_a_file_of_half_precision_fits_a_library_of_it(tmp_path: Path) -> None:
    project = shipped_project(tmp_path / "project")
    half = model(precision=5)
    record(project, "run-3", half, dictionary=DICTIONARY)
    files = {**LITE_DEMO, DEMO_REC: half}
    fit = android_library(kernels=[*EXTRA.values(), "CalibComputeFp32ToFp16"])
    files = {name: data for name, data in files.items() if "armeabi" not in name}
    assert said(packed(tmp_path / "b.apk", {**files, DEMO_LIBRARY: fit}), project)[0] == 0


def test_an_ios_library_is_held_against_the_files_too(tmp_path: Path, project: Project) -> None:
    for program, kind in (
        (apple_program(kernels=("ConvCompute",)), "library-without-extra"),
        (apple_program(version="v2.10"), "library-older"),
    ):
        code, kinds = said(packed(tmp_path / "a.ipa", {**XCODE, IOS_PROGRAM: program}), project)
        assert code == 5 and kind in kinds
    encrypted = {**XCODE, IOS_PROGRAM: b"\xcf\xfa\xed\xfe" + bytes(64)}
    assert "library-missing" in said(packed(tmp_path / "b.ipa", encrypted), project)[1]


def test_a_library_alone_is_held_against_what_was_delivered(
    tmp_path: Path, project: Project
) -> None:
    library = tmp_path / "libpaddle_lite_jni.so"
    for data, code in (
        (android_library(), 0),
        (android_library(version="v2.10"), 5),
        (android_library(page=0x1000), 5),
    ):
        library.write_bytes(data)
        assert said(library, project)[0] == code
    inner = packed(tmp_path / "PaddleLite.aar", {"jni/arm64-v8a/libpaddle_lite_jni.so": data})
    assert said(inner, project)[0] == 5
    folder = laid_out(tmp_path / "app", {**LITE_DEMO, "libs/x.aar": inner.read_bytes()})
    assert "pages-too-small" in said(folder, project)[1]
