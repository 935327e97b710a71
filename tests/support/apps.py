"""Apps in the layouts of real ones: files by their path, and the archives that they are packed into.

Paddle-Lite-Demo's ocr/android/app/cxx/ppocr_demo and ocr/ios/ppocr_demo, PaddleOCR's deploy/android_demo.
"""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.models.catalogue import MODELS
from pipeline.models.fetch import official_folder
from pipeline.project import Project, load_project
from stages.contract import Exit
from stages.lite.library import EXTRA
from stages.pitfalls import Pitfall
from support import given
from support.cli import call
from support.elf import android_library, arm_32_library
from support.naive import Op, Parameter, naive_buffer
from support.projects import write_project
from support.shipped import record

Files = Mapping[str, bytes]
DICTIONARY, STOCK_DICTIONARY = b"A\nB\n0\n1\n", b"A\nC\n0\n1\n"
RUN = "run-2"


def model(weight: float = 1.5, *, last: str = "softmax", target: int = 4, **changes: Any) -> bytes:
    """Return a model of five classes whose weights are all the same number."""
    precision = changes.pop("precision", 1)
    kernel = {"__@kernel_type_attr@__": f"hard_swish/def/{target}/{precision}/1"}
    layer = {"Input": ["h"], "W": ["linear.w_0"], "Bias": ["linear.b_0"]}
    operators = [
        Op("feed", {"X": ["feed"]}, {"Out": ["x"]}, target=1, attributes={"col": 0}),
        Op("hard_swish", {"X": ["x"]}, {"Out": ["h"]}, target, kernel),
        Op("fc", layer, {"Out": ["y"]}, target, {"in_num_col_dims": 1}),
        Op(last, {"X": ["y"]}, {"Out": ["z"]}, target, {"axis": 2}),
        Op("fetch", {"X": ["z"]}, {"Out": ["fetch"]}, target=1),
    ]
    parameters = [
        Parameter("linear.w_0", (2, 5), [weight] * 10),
        Parameter("linear.b_0", (5,), [weight] * 5),
    ]
    return naive_buffer(operators, parameters, {"x": (-1, 3, 48, -1)}, **changes)


OURS, OLDER, STOCK, DETECTOR = model(), model(2.5), model(0.0), model(3.5, last="sigmoid")


def shipped_project(folder: Path) -> Project:
    """Return a project whose last run delivered OURS, and one before it OLDER."""
    project = load_project(write_project(folder))
    project.out.mkdir()
    for run, data in (("run-1", OLDER), (RUN, OURS)):
        record(project, run, data, dictionary=DICTIONARY)
    (project.out / "model_arm.nb").write_bytes(OURS)
    (project.out / "dict.txt").write_bytes(DICTIONARY)
    return project


def fetch_stock() -> str:
    """Lay the official model out that STOCK was converted from; return its name."""
    name = "PP-OCRv5_mobile_rec"
    folder = official_folder(MODELS[name])
    folder.mkdir(parents=True)
    shapes = {"w": (2, 5), "b": (5,)}
    (folder / "inference.pdiparams").write_bytes(given.tensors(shapes))
    return name


def _libraries(folder: str) -> dict[str, bytes]:
    """Return what an Android app has for its processors."""
    names = ("libpaddle_light_api_shared.so", "libc++_shared.so", "libNative.so")
    wide = {f"{folder}/arm64-v8a/{name}": android_library(name) for name in names}
    return {**wide, f"{folder}/armeabi-v7a/{names[0]}": arm_32_library()}


_DEMO = "ch_ppocr_mobile_v2.0"
DEMO_REC, DEMO_DICTIONARY = f"assets/{_DEMO}_rec_slim_opt.nb", "assets/ppocr_keys_v1.txt"
DEMO_LIBRARY = "lib/arm64-v8a/libpaddle_light_api_shared.so"
_NAMED = [f"{_DEMO}_det_slim_opt.nb", f"{_DEMO}_rec_slim_opt.nb", f"{_DEMO}_cls_slim_opt.nb"]
#: Paddle-Lite-Demo's OCR for Android: everything beside each other, named in MainActivity.
LITE_DEMO: Files = {
    "AndroidManifest.xml": b"\x03\0\x08\0",
    "classes.dex": b"dex\n035\0"
    + b"\0".join(name.encode() for name in _NAMED)
    + b"\0ppocr_keys_v1.txt\0",
    "resources.arsc": b"\x02\0\x0c\0",
    "assets/config.txt": b"max_side_len  960\ndet_db_thresh  0.3\nuse_direction_classify  1\n",
    "assets/images/test.jpg": b"\xff\xd8\xff",
    f"assets/{_DEMO}_det_slim_opt.nb": DETECTOR,
    DEMO_REC: OURS,
    DEMO_DICTIONARY: DICTIONARY,
    **_libraries("lib"),
}

_SOURCES = "app/src/main"
OCR_REC, OCR_DICTIONARY = (
    f"{_SOURCES}/assets/models/ch_PP-OCRv2/rec_crnn.nb",
    f"{_SOURCES}/assets/labels/ppocr_keys_v1.txt",
)
#: PaddleOCR's android_demo, as a project: a folder of models that strings.xml names, files that code names.
OCR_DEMO: Files = {
    "app/build.gradle": b"'src' : 'https://paddleocr.bj.bcebos.com/libs/paddle_lite_libs_v2_10.tar.gz',",
    f"{_SOURCES}/res/values/strings.xml": (
        b'<string name="MODEL_PATH_DEFAULT">models/ch_PP-OCRv2</string>'
        b'<string name="LABEL_PATH_DEFAULT">labels/ppocr_keys_v1.txt</string>'
    ),
    f"{_SOURCES}/java/com/baidu/paddle/lite/demo/ocr/Predictor.java": (
        b'config.detModelFilename = realPath + "det_db.nb";'
        b'config.recModelFilename = realPath + "rec_crnn.nb";'
    ),
    f"{_SOURCES}/assets/models/ch_PP-OCRv2/det_db.nb": DETECTOR,
    OCR_REC: OURS,
    OCR_DICTIONARY: DICTIONARY,
    **_libraries("app/PaddleLite/cxx/libs"),
}
_READ = (_NAMED[1], "ppocr_keys_v1.txt")
#: What its build.gradle said as well, until models were to be put there by hand.
DOWNLOAD = b"\n'src' : 'https://paddleocr.bj.bcebos.com/deploy/lite/ocr_v1_for_cpu.tar.gz',"


def apple_program(
    kernels: tuple[str, ...] = tuple(EXTRA.values()), version: str = "v2.13-rc"
) -> bytes:
    """Return a program for iOS that Paddle-Lite is linked into."""
    types = [f"N6paddle4lite7kernels3arm{len(name)}{name}E" for name in kernels]
    return b"\xcf\xfa\xed\xfe\x0c\0\0\1" + "\0".join(["", version, *types, *_READ, ""]).encode()


_BUNDLE = "Payload/ppocr_demo.app"
IOS_REC, IOS_PROGRAM = f"{_BUNDLE}/{_NAMED[1]}", f"{_BUNDLE}/ppocr_demo"
#: Paddle-Lite-Demo's OCR for iOS, as Xcode packs it: all resources in the bundle, beside the program.
XCODE: Files = {
    f"{_BUNDLE}/Info.plist": b"bplist00",
    IOS_PROGRAM: apple_program(),
    f"{_BUNDLE}/{_NAMED[0]}": DETECTOR,
    IOS_REC: OURS,
    f"{_BUNDLE}/ppocr_keys_v1.txt": DICTIONARY,
    f"{_BUNDLE}/config.txt": b"max_side_len  960\n",
}


def packed(path: Path, files: Files) -> Path:
    """Write an archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def laid_out(folder: Path, files: Files) -> Path:
    """Write the files into a folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def is_whole(archive: Path) -> bool:
    """Return whether an archive is what `unzip -t` takes without a word."""
    with zipfile.ZipFile(archive) as made:
        return made.testzip() is None


def refusal(project: Project, app: Path, pitfall: Pitfall) -> str:
    """Let Paddock look into an app, which it refuses for the pitfall; return in one line what it says."""
    done = call("check-app", app, project.folder)
    assert done.returncode == Exit.INTEGRITY
    assert f"paddock explain {pitfall}" in done.stdout
    return " ".join(done.stdout.split())
