"""Every parser that the host has, under attack (support/fuzz.py); those inside: tests/stages/test_fuzz.py."""

import atexit
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import pytest

from pipeline.app.check import check_app
from pipeline.app.mentions import Mentions
from pipeline.engine.endpoint import resolve
from pipeline.errors import EngineError, IntegrityFailed, UsageError
from pipeline.kit.files import make_kit
from pipeline.kit.rules import NoKitError
from pipeline.models.archive import unpack
from pipeline.models.checkpoint import check_weights
from pipeline.models.configuration import check_configuration
from pipeline.models.inference import find_model
from pipeline.models.program import read_outline
from pipeline.models.sniff import first_image, kind_of_bytes
from pipeline.models.soundness import check_sound
from pipeline.models.weights import read_tensors
from pipeline.package.description import Description, parse_description
from pipeline.package.manifest import PackageRefused, parse_manifest
from pipeline.plan.lockfile import lock_entry, lock_text, read_lock
from pipeline.project import Project, load_project
from pipeline.project.configured import configured
from pipeline.project.found import look
from pipeline.record.devices import add_device, read_devices
from pipeline.record.events import Envelope
from pipeline.record.follow import Follower
from pipeline.record.hash_chain import linked
from pipeline.record.ledger import Components, Entry, Ledger
from pipeline.record.runlock import running
from pipeline.record.verdict import Verdict
from pipeline.registry.challenge import parse_challenge
from pipeline.registry.reference import parse_reference
from pipeline.report.devices import judge_device
from pipeline.report.model import ReportError, parse_report
from pipeline.report.results_file import parse_results
from stages.contract import DictionaryRules, decode_event
from stages.contract.codec import DocumentError
from stages.contract.pages import Page, dump_pages, parse_pages
from stages.contract.reading import ReadImage, Reading, Readings
from stages.detection.labels import LabelError, parse_regions
from stages.errors import IntegrityError, StageError
from stages.imagefile import look_into, other_kind
from stages.lite.elf import NotALibraryError
from stages.lite.kernels import target_of
from stages.lite.library import read_apple_library, read_library
from stages.lite.naive_buffer import parse_naive_buffer
from stages.lite.signature import input_shape, output_width
from stages.message import Message
from stages.pir.program import read_program
from stages.ppocr.trainer_log import parse_line
from stages.ppocr.user_config import check_overrides
from stages.text.described import described_characters
from stages.text.dictionary import Dictionary, read_lines
from stages.text.documents import read_document
from stages.text.labels import path_fault, read_label_file
from stages.text.yaml import load_yaml
from support import given, recorded_kit
from support.apps import DICTIONARY, LITE_DEMO, OCR_DEMO, apple_program, packed, shipped_project
from support.elf import arm_32_library, lite_library
from support.fuzz import Target, attack
from support.naive import small_model
from support.phones import delivered, measured
from support.projects import MINIMAL, write_project
from support.pushed import layered
from support.recorded_kit import source
from support.results import make_result
from tui.keymap import load_keymap
from tui.logs.cleaning import clean

RECORDED = Path(__file__).parents[1] / "data"


def at(name: str, parse: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    """Return what writes the bytes to a file of this name, and has it read."""

    def read(data: bytes, folder: Path) -> object:
        path = folder / name
        path.write_bytes(data)
        return parse(path)

    return read


def in_folder(name: str, parse: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    """Return what writes the bytes to a file of this name, and has its folder read."""
    return at(name, lambda path: parse(path.parent))


def made(make: Callable[[Path], Path]) -> Callable[[], list[bytes]]:
    """Return what gives the content of a file that is made in a folder."""

    def seeds() -> list[bytes]:
        with TemporaryDirectory() as folder:
            return [make(Path(folder)).read_bytes()]

    return seeds


def each(*seeds: bytes) -> Callable[[], Sequence[bytes]]:
    return lambda: seeds


def files(*patterns: str, below: Path = RECORDED) -> Callable[[], list[bytes]]:
    return lambda: [path.read_bytes() for each in patterns for path in sorted(below.glob(each))]


def lines(data: bytes) -> list[str]:
    return data.decode("utf-8", "replace").splitlines()


def every_line(parse: Callable[[str], object], *errors: type[Exception]) -> Callable[..., None]:
    """Return what has every line of the bytes read, by itself."""

    def read(data: bytes, _folder: Path) -> None:
        for line in lines(data):
            with suppress(*errors):
                parse(line)

    return read


# Models.


def buffer(data: bytes, _folder: Path) -> None:
    try:
        model = parse_naive_buffer(data, Path("model.nb"))
        assert sum(len(tensor.data) for tensor in model.tensors.values()) < len(data)
        target_of(model), input_shape(model), output_width(model), model.fingerprints
    except StageError as error:
        assert error.where == "model.nb" and error.message.isprintable()
        raise


def pir(path: Path) -> None:
    program = read_program(path)
    program.shapes(), program.input_shape, program.output_shape


def model_with(name: str, give: Callable[[Path], Path]) -> Callable[[bytes, Path], object]:
    """Return what puts the bytes in a model's place of a file, and looks whether the model is sound."""

    def read(data: bytes, folder: Path) -> None:
        give(folder)
        (folder / name).write_bytes(data)
        check_sound(find_model(folder, "model"))

    return read


def archive(name: str) -> Callable[[bytes, Path], object]:
    def read(data: bytes, folder: Path) -> None:
        (folder / name).write_bytes(data)
        (folder / "out").mkdir()
        unpack(folder / name, folder / "out")
        assert {path.name for path in folder.iterdir()} == {name, "out"}
        for path in (folder / "out").rglob("*"):
            assert not path.is_symlink() and (path.is_file() or path.is_dir())

    return read


def tar(mode: Literal["w", "w:gz"]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as packed:
        for name in ("m/inference.json", "m/" + "long" * 40 + "é"):
            info = tarfile.TarInfo(name)
            info.size = 600
            packed.addfile(info, io.BytesIO(b"program" * 100))
    return stream.getvalue()


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for number, method in enumerate((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)):
            packed.writestr(f"m/{number}", b"program" * 100, method)
    return stream.getvalue()


MODELS = [
    Target("nb", buffer, each(small_model(), small_model(2)), (StageError,)),
    Target("library", lambda data, _: read_library(data), each(lite_library(), arm_32_library()),
           (NotALibraryError,)),
    Target("library for iOS", lambda data, _: read_apple_library(data), each(apple_program()),
           (NotALibraryError,)),
    Target("pir", at("inference.json", pir), lambda: [given.pir_program(given.WEIGHTS).encode()],
           (StageError,)),
    Target("pir outline", at("inference.json", read_outline),
           lambda: [given.pir_program(given.WEIGHTS).encode()], (UsageError,)),
    Target("pd outline", at("inference.pdmodel", read_outline),
           lambda: [given.program(given.WEIGHTS)], (UsageError,)),
    Target("pdiparams", at("x.pdiparams", read_tensors), lambda: [given.tensors(given.WEIGHTS)]),
    Target("program of a model", model_with(given.PD[0], given.give_pd),
           lambda: [given.program(given.WEIGHTS)], (UsageError,)),
    Target("parameters of a model", model_with(given.PD[1], given.give_pd),
           lambda: [given.tensors(given.WEIGHTS)], (UsageError,)),
    Target("checkpoint", at("x.pdparams", check_weights),
           made(lambda folder: given.give_checkpoint(folder / "x")), (UsageError,)),
    Target("tar", archive("m.tar"), lambda: [tar("w")], (UsageError,)),
    Target("tar.gz", archive("m.tar.gz"), lambda: [tar("w:gz"), tar("w")], (UsageError,)),
    Target("zip", archive("m.zip"), lambda: [zipped()], (UsageError,)),
    Target("kind of a file", lambda data, _: kind_of_bytes(data[:4096]).said,
           lambda: [tar("w"), zipped(), small_model(), given.program(given.WEIGHTS)]),
]  # fmt: skip


# Apps, and what is in them.


@cache
def shipped() -> Project:
    """Return a project that delivered something; it is never written to."""
    folder = TemporaryDirectory()
    atexit.register(folder.cleanup)
    return shipped_project(Path(folder.name) / "p")


def app(path: Path) -> None:
    report = check_app(shipped(), path)
    assert all(item.message.isprintable() for item in report.findings)


def app_file(name: str) -> Callable[[bytes, Path], object]:
    """Return what has the bytes looked at as a file of an app."""
    return at(name, lambda path: app(path.parent))


def mentioned(data: bytes, _folder: Path) -> None:
    named = Mentions(["assets/models/rec.nb", "models/det.nb"])
    named.take("classes.dex", data)
    assert all(address.isprintable() for address in [*named.downloads, *named.addresses])


APPS = [
    Target("app", at("x.apk", app), made(lambda folder: packed(folder / "x.apk", LITE_DEMO)),
           (UsageError,)),
    Target("library in an app", at("x.aar", app),
           made(lambda folder: packed(folder / "x.aar", {"jni/x86_64/a.so": lite_library()})),
           (UsageError,)),
    Target("archive in an app", app_file("inner.zip"), lambda: [zipped()]),
    Target("model in an app", app_file("rec.nb"), lambda: [small_model()]),
    Target("dictionary in an app", app_file("keys.txt"), each(DICTIONARY, "é\n京\n".encode())),
    Target("code of an app", mentioned, lambda: [*OCR_DEMO.values()]),
]  # fmt: skip


# What people write: projects, labels, dictionaries, YAML, images.


MORE = b"""
[model]
pretrained = { url = "https://example.org/m.pdparams", sha256 = "%s" }
image_shape = [3, 32, 320]
[train]
mode = "full"
epochs = 3
learning_rate = 5e-4
early_stopping = { metric = "ned", patience = 2, min_delta = 0.01 }
overrides = ["Global.print_batch_step=1"]
[convert]
weights = ["float32", "int8"]
[limits]
cpus = 2.0
memory = "8g"
""" % (b"0" * 64)


def project(data: bytes, folder: Path) -> None:
    (write_project(folder / "p") / "paddock.toml").write_bytes(data)
    load_project(folder / "p")


def dictionary(path: Path) -> None:
    read_lines(path)
    Dictionary.load_by_rules(path, DictionaryRules(trained=True, space_added=True))
    Dictionary.load(path, use_space_char=False)


def labels(data: bytes, folder: Path) -> None:
    for label in read_label_file(data).labels:
        assert (folder / label.image).resolve().is_relative_to(folder.resolve())
    for item in read_label_file(data).faults:
        assert item.message.isprintable()
    at("labels.txt", first_image)(data, folder)


def yaml_file(path: Path) -> None:
    try:
        load_yaml(path)
    except ValueError as error:
        assert isinstance(error.args[0], Message)  # what Python says is for no user
        raise


def image(data: bytes, _folder: Path) -> None:
    look_into(data), other_kind(data)


#: The first bytes of images as people bring them; the pixels are of no account here.
IMAGES = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x08\x00\x00\x00\x08\x08\x00\x00\x00\x00....\x00\x00\x00\x02tRNS"
    b"\x00\x01....\x00\x00\x00\x1aeXIfMM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00"
    b"\x00\x00\x00\x00....\x00\x00\x00\x00IEND....",
    b"\xff\xd8\xff\xe1\x00\x22Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00"
    b"\x00\x00\x00\x00\x00\x00\xff\xc0\x00\x11\x08\x00\x10\x00\x10\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xda"
    b"\x00\x08\x01\x01\x00\x00?\x00..\xff\xd9",
    b"RIFF\x1e\x00\x00\x00WEBPVP8X\n\x00\x00\x00\x18\x00\x00\x00\x07\x00\x00\x07\x00\x00EXIF\x00\x00\x00\x00",
    b"II*\x00\x08\x00\x00\x00\x02\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06\x00\x00\x00\x02\x01\x03\x00\x03\x00\x00\x00"
    b"\x26\x00\x00\x00\x00\x00\x00\x00\x08\x00\x08\x00\x08\x00",
    b"BM"
    + bytes(12)
    + b"\x6c\x00\x00\x00"
    + bytes(10)
    + b"\x20\x00"
    + bytes(36)
    + b"\x00\x00\x00\xff",
    b"\x00\x00\x00\x0cjP  \r\n\x87\n",
)
PAGE = b'[{"transcription": "a", "points": [[0, 0], [9, 0], [9, 9], [0, 9]]}]'
DESCRIPTION = b"PostProcess:\n  name: CTCLabelDecode\n  character_dict: [A, 7, '8']\n"
ANCHORED = b"a: &a {b: 1, c: [1, 2]}\nd: {<<: *a, e: 2001-01-01, f: 1.5, g: !!str 7}\n"
configuration = made(lambda folder: given.give_configuration(folder / "config.yml"))

WRITTEN = [
    Target("project", project, each(MINIMAL.encode(), MINIMAL.encode() + MORE), (UsageError,)),
    Target("keys", at("keys.toml", load_keymap), each(b'"run.start" = "r,f5"\n'), (UsageError,)),
    Target("labels", labels, each(b"a/b.jpg\tAB\n", "é.png\tÄ\n[\"a.png\", \"b.png\"]\tx\n".encode(),
                                  "a.jpg\t京\n".encode("gb18030"), b"a.jpg\t" + PAGE)),
    Target("regions", lambda data, _: parse_regions(data.decode("utf-8", "replace")), each(PAGE),
           (LabelError,)),
    Target("dictionary", at("dict.txt", dictionary), each(b"a\nb\n", "é\n京\n".encode()),
           (IntegrityError,)),
    Target("names", every_line(path_fault), each(b"a/b.jpg\n../x\n"), ()),
    Target("image header", image, each(*IMAGES)),
    Target("yaml", at("x.yml", yaml_file), each(DESCRIPTION, ANCHORED), (ValueError,)),
    Target("description", at("x.yml", described_characters), each(DESCRIPTION), (IntegrityError,)),
    Target("document", at("x.yml", read_document), each(DESCRIPTION, ANCHORED), (StageError,)),
    Target("configuration", at("x.yml", lambda path: check_configuration(path, print)), configuration,
           (UsageError,)),
    Target("configuration seen", at("x.yml", configured), configuration),
    Target("override", lambda data, _: check_overrides(lines(data)),
           each(b"Global.print_batch_step=1\nGlobal.x=[1, a]"), (StageError,)),
    Target("folder", in_folder("dict.txt", look), each(b"a\n", b"a.jpg\ta\n")),
]  # fmt: skip


# What runs leave behind, and what a machine is configured with.


def ledger(path: Path) -> None:
    found = Ledger(path)
    found.last_good(), found.last("train"), found.find("", "")
    found.check()


def ledger_line() -> list[bytes]:
    components = Components("train", "image", {"epochs": 3}, {"labels": "0" * 64})
    entry = Entry("now", "run", "volume", components, make_result("train", components.key))
    first = linked(sha256(), asdict(entry))
    return [first + linked(sha256(first), asdict(entry))]


def lock() -> list[bytes]:
    components = Components("train", "image", {"epochs": 3}, {"labels": "0" * 64})
    entry = lock_entry(components, make_result("train", components.key))
    return [lock_text({"train": entry}).encode()]


def context(data: bytes, folder: Path) -> None:
    (folder / "config.json").write_bytes(data)
    identity = hashlib.sha256(b"far").hexdigest()
    meta = folder / "contexts" / "meta" / identity / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_bytes(data)
    for environ in ({}, {"DOCKER_CONTEXT": "far"}):
        resolve({"DOCKER_CONFIG": str(folder), **environ})


def kit_of(part: str) -> Callable[[bytes, Path], object]:
    return lambda data, _: make_kit(source(**{part: data}))


def phones() -> list[bytes]:
    with TemporaryDirectory() as folder:
        project = delivered(Path(folder))
        add_device(
            project.state, judge_device(parse_results(json.dumps(measured()).encode()), project)
        )
        return [(project.state / "devices.jsonl").read_bytes()]


DESCRIBED = Description("plates", "run", "recognition", Verdict.PASS, images={"data": "x"}).dump()
READINGS = (
    Readings("recognition", (ReadImage("1", (Reading("pd", "A", 0.9, 5.0),)),)).dump().encode()
)
A_PAGE = Page("a.png", "1 region", {"pd": "1"}, (((0, 0), (9, 9)),), {"pd": (((0, 0), (9, 9)),)})
EVENTS = "*/state/runs/*/events.jsonl"
LEFT = [
    Target("stage events", every_line(decode_event, ValueError),
           each(b'{"type": "warning", "message": "m", "where": "w", "pitfall": ""}')),
    Target("run events", every_line(Envelope.decode, ValueError), files(EVENTS)),
    Target("event file", at("events.jsonl", lambda path: Follower(path).read()), files(EVENTS)),
    Target("ledger", at("ledger.jsonl", ledger), ledger_line, (IntegrityFailed,)),
    Target("lock", at("paddock.lock", read_lock), lock, (UsageError,)),
    Target("holder", in_folder("lock", running), each(b"pid 1 on host, run r\n")),
    Target("report", lambda data, _: parse_report(data), files("*/out/report.json"), (ReportError,)),
    Target("results of a phone", lambda data, _: parse_results(data),
           each(json.dumps(measured()).encode()), (UsageError,)),
    *(Target(f"kit's {name}", kit_of(part), each(recorded_kit.read(name)), (NoKitError,))
      for part, name in recorded_kit.FILES.items()),
    Target("record of phones", at("devices.jsonl", lambda path: read_devices(path.parent)),
           phones, (IntegrityFailed,)),
    Target("pages", lambda data, _: [*parse_pages(data)],
           lambda: [dump_pages([A_PAGE, A_PAGE]).encode()], (DocumentError,)),
    Target("readings", lambda data, _: Readings.from_json(data), each(READINGS), (DocumentError,)),
    Target("trainer's log", every_line(parse_line), files("recorded/state/runs/*/train.log")),
    Target("log", every_line(lambda line: clean(line.encode())), files("recorded/state/runs/*/train.log")),
    Target("package", lambda data, _: parse_manifest(data), each(layered("a.nb", "kit/b")),
           (PackageRefused,)),
    Target("package's description", lambda data, _: parse_description(data), each(DESCRIBED),
           (PackageRefused,)),
    Target("reference", every_line(parse_reference, UsageError),
           each(b"ghcr.io/me/plates:1\nlocalhost:5000/a@sha256:" + b"0" * 64)),
    Target("registry's challenge", every_line(parse_challenge), each(b'Bearer realm="https://x",scope="a"')),
    Target("docker's context", context,
           each(b'{"currentContext": "far", "Endpoints": {"docker": {"Host": "ssh://u@h"}}}'),
           (EngineError,)),
]  # fmt: skip


@pytest.mark.parametrize(
    "target", [*MODELS, *APPS, *WRITTEN, *LEFT], ids=lambda target: target.name
)
def test_whatever_the_bytes_an_answer_or_an_error_that_is_named(
    target: Target, tmp_path: Path
) -> None:
    attack(target, tmp_path)
