"""Models as tools leave them: understood, or refused by their real name before anything starts."""

import gzip
import io
import pickle
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from stages.contract.checkpoints import NAME_TABLE
from support.given import WEIGHTS, give_checkpoint, give_pd, give_pir, pir_program, program, tensors
from support.projects import HEAD, MINIMAL
from support.refused import LFS, PAGE, Prepare, planned, refusal, uploaded

DATA = '[data]\ntest = ["test.txt"]\ndictionary = "dict.txt"\n'
FROM_MODEL = f'{HEAD}{DATA}[export]\nmodel = "m"\n'
BEST = "output/rec/best_accuracy"
FROM_CHECKPOINT = f'{MINIMAL}[model]\narchitecture = "own.yml"\n[train]\ncheckpoint = "{BEST}"\n'
FINE_TUNED = f'{MINIMAL}[model]\npretrained = "m"\n'


def give(name: str, data: bytes) -> Prepare:
    """Give a PIR model of which one file is something else."""

    def prepare(folder: Path) -> None:
        (give_pir(folder / "m") / name).write_bytes(data)

    return prepare


def zipped(name: str = "model/data") -> bytes:
    """Return a zip archive with one file."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(name, b"weights")
    return held.getvalue()


def tarred() -> bytes:
    """Return a tar archive with one file."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("inference.pdmodel"))
    return held.getvalue()


def without_bytes(value: object) -> str:
    """Name a test by its words: archives hold the time at which they were made."""
    return "data" if isinstance(value, bytes) else str(value)


PARAMETERS, PROGRAM = "inference.pdiparams", "inference.json"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        (PARAMETERS, LFS, "inference.pdiparams is a Git LFS pointer, not the file itself | .*git lfs pull"),
        (PROGRAM, LFS, "inference.json is a Git LFS pointer"),
        (PARAMETERS, PAGE, "inference.pdiparams is a web page, saved under this name | download the file"),
        (PARAMETERS, b"<?xml version='1.0'?><Error/>", "inference.pdiparams is an XML document"),
        (PARAMETERS, b"", "inference.pdiparams is an empty file"),
        (PROGRAM, b"", "inference.json is an empty file"),
        (PARAMETERS, zipped(), "inference.pdiparams is an archive that is still packed | unpack it"),
        (PARAMETERS, tarred(), "inference.pdiparams is an archive"),
        (PARAMETERS, gzip.compress(b"x"), "inference.pdiparams is an archive"),
        (PARAMETERS, zipped("archive/data.pkl"), "inference.pdiparams is a PyTorch file"),
        (PARAMETERS, b"\x08\x07\x12\x07pytorch", "inference.pdiparams is an ONNX model"),
        (PARAMETERS, b"not a model", "inference.pdiparams is text; it should be the parameters"),
        (PROGRAM, b'{"error": "not found"}', "inference.json is JSON, but not the program of a model"),
        (PROGRAM, pir_program(WEIGHTS).encode()[:-9], "export.model: inference.json is damaged"),
        (PROGRAM, pir_program({"w_0": (2, 4)}).encode(), r"w_0 has the shape \[2, 3\], .* \[2, 4\]"),
        (PROGRAM, pir_program({"a": (1,), **WEIGHTS}).encode(), "is not the file of inference.json"),
        (PROGRAM, pir_program(WEIGHTS, operator="fake_quantize_dequantize_abs_max").encode(),
         'quantised ("slim")'),
        (PARAMETERS, tensors(WEIGHTS)[:-1], "damaged or cut off: .* hold 0 of the 1 parameters"),
        (PARAMETERS, tensors(WEIGHTS) * 2, "it holds 2 parameters, the program 1"),
    ],
    ids=without_bytes,
)  # fmt: skip
def test_a_file_of_a_model_that_is_something_else_is_called_by_its_name(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    found = refusal(tmp_path / "p", FROM_MODEL, give(name, data))
    first, _, remedy = said.partition(" | ")
    assert first in found or re.search(first, found), found
    assert not remedy or re.search(remedy, found.rpartition(" | ")[2]), found
    assert not re.search(r"[A-Z]\w*(Error|Exception)", found), "nothing of Python's is told"


def two_programs(folder: Path) -> None:
    give_pd(folder / "m", {"a": (2,), "b": (3,)})
    give_pir(folder / "m")


def test_two_programs_in_one_folder_are_told_apart(tmp_path: Path) -> None:
    said = refusal(tmp_path / "p", FROM_MODEL, two_programs)
    assert "inference.json is a PIR program of 3 classes and 1 parameters" in said
    assert "inference.pdmodel is a PD program of 3 classes and 2 parameters" in said
    assert "inference.pdiparams belongs to inference.json" in said
    assert 'name the one that is meant: "m/inference.json", "m/inference.pdmodel"' in said


@pytest.mark.parametrize("text", [FROM_MODEL, FINE_TUNED], ids=["as it is", "trained"])
def test_every_key_has_the_same_rule_for_two_programs(tmp_path: Path, text: str) -> None:
    assert "m holds 2 programs" in refusal(tmp_path / "p", text, two_programs)


def test_a_program_may_be_named_by_its_file(tmp_path: Path) -> None:
    text = FROM_MODEL.replace('"m"', '"m/inference.json"')
    wires, _ = planned(tmp_path / "p", text, two_programs)
    assert sorted(uploaded(wires["verify"].inputs["pir"])) == [
        "inference.json",
        "inference.pdiparams",
        "inference.yml",
    ]
    assert wires["train"].skipped == "the project starts from a PIR model"


def test_the_program_that_the_parameters_are_not_of_is_refused(tmp_path: Path) -> None:
    text = FROM_MODEL.replace('"m"', '"m/inference.pdmodel"')
    assert "is not the file of inference.pdmodel" in refusal(tmp_path / "p", text, two_programs)


def renamed(give_model: Callable[[Path], Path], names: dict[str, str]) -> Prepare:
    """Give a model whose files have other names."""

    def prepare(folder: Path) -> None:
        model = give_model(folder / "m")
        for old, new in names.items():
            (model / old).rename(model / new)

    return prepare


@pytest.mark.parametrize(
    ("program", "parameters"),
    [
        ("model.pdmodel", "model.pdiparams"),
        ("__model__", "__params__"),
        ("model", "params"),
        ("ch_rec.pdmodel", "ch_rec.pdiparams"),
        ("__model__", "weights.pdiparams"),
    ],
)
def test_a_pd_model_of_other_names_is_found(tmp_path: Path, program: str, parameters: str) -> None:
    names = {"inference.pdmodel": program, "inference.pdiparams": parameters}
    wires, said = planned(tmp_path / "p", FROM_MODEL, renamed(give_pd, names))
    given = wires["convert"].inputs
    assert uploaded(given["pdmodel"]) == {"inference.pdmodel": program}
    assert uploaded(given["pdiparams"]) == {"inference.pdiparams": parameters}
    assert f"export.model: {program} is taken as inference.pdmodel" in said


def test_a_pir_model_of_other_names_is_found(tmp_path: Path) -> None:
    names = {PROGRAM: "model.json", PARAMETERS: "model.pdiparams", "inference.yml": "model.yml"}
    wires, said = planned(tmp_path / "p", FROM_MODEL, renamed(give_pir, names))
    assert uploaded(wires["verify"].inputs["pir"]) == names
    assert len(said) == 3


def test_what_a_program_is_stands_in_it_not_in_its_name(tmp_path: Path) -> None:
    names = {"inference.pdmodel": "inference.json"}
    wires, _ = planned(tmp_path / "p", FROM_MODEL, renamed(give_pd, names))
    assert wires["export"].skipped == "the project starts from a PD model"


@pytest.mark.parametrize(
    ("there", "named", "meant"),
    [
        ("out/inference", "out", "out/inference"),
        ("out/a/b/inference", "out", "out/a/b/inference"),
        ("out", "out/inference", "out"),
        ("out/inference", "out/inferenc", "out/inference"),
        ("models/rec", "m", "models/rec"),
    ],
)
def test_a_folder_too_high_or_too_low_is_not_taken_but_found(
    tmp_path: Path, there: str, named: str, meant: str
) -> None:
    text = FROM_MODEL.replace('"m"', f'"{named}"')
    said = refusal(tmp_path / "p", text, lambda folder: give_pir(folder / there))
    assert said.endswith(f'| did you mean "{meant}"?')


def test_an_empty_folder_in_a_models_is_not_the_model(tmp_path: Path) -> None:
    def prepare(folder: Path) -> None:
        give_pir(folder / "m")
        (folder / "m" / "deep").mkdir()

    text = FROM_MODEL.replace('"m"', '"m/deep"')
    assert refusal(tmp_path / "p", text, prepare).endswith('| did you mean "m"?')


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("m/inference.pdiparams", '| did you mean "m"?'),
        ("best.pdparams", r"best.pdparams is a checkpoint, not .*\[train\] checkpoint"),
        ("rec", r"rec holds a checkpoint \(best_accuracy.pdparams\), not an inference model"),
        ("packed", r"packed holds an archive \(m.tar\) that is still packed \| unpack it"),
        ("m.zip", r"m.zip is an archive that is still packed.* \| unpack it"),
        ("empty", r"empty holds no inference model \| name a folder with inference.pdmodel"),
        ("weights", r"weights holds inference.pdiparams without a program"),
    ],
)
def test_what_is_no_model_is_called_by_its_name(tmp_path: Path, named: str, said: str) -> None:
    def prepare(folder: Path) -> None:
        give_pir(folder / "m")
        give_checkpoint(folder / "best.pdparams")
        give_checkpoint(folder / "rec" / "best_accuracy.pdparams")
        for name in ("packed", "empty"):
            (folder / name).mkdir()
        (folder / "packed" / "m.tar").write_bytes(tarred())
        (folder / "m.zip").write_bytes(zipped())
        (give_pd(folder / "weights") / "inference.pdmodel").unlink()

    found = refusal(tmp_path / "p", FROM_MODEL.replace('"m"', f'"{named}"'), prepare)
    assert said in found or re.search(said, found), found


@pytest.mark.parametrize(
    "kind", ["fake_quantize_dequantize_moving_average_abs_max", "dequantize_linear"]
)
def test_a_quantised_pd_model_is_called_so(tmp_path: Path, kind: str) -> None:
    def prepare(folder: Path) -> None:
        give_pd(folder / "m", operators=["conv2d", kind, kind, kind])

    said = refusal(tmp_path / "p", FROM_MODEL, prepare)
    assert f'inference.pdmodel is of a quantised ("slim") model: 3 times {kind}' in said
    assert "give the float32 model" in said


def test_a_half_precision_model_is_called_so(tmp_path: Path) -> None:
    def prepare(folder: Path) -> None:
        model = give_pd(folder / "m")
        (model / "inference.pdmodel").write_bytes(program(WEIGHTS, dtype=4))
        (model / "inference.pdiparams").write_bytes(tensors(WEIGHTS, dtype=4, size=2))

    assert "is of a half-precision model: 1 parameters, w_0 first" in refusal(
        tmp_path / "p", FROM_MODEL, prepare
    )


def rec(*keys: str) -> Prepare:
    """Give what PaddleOCR's trainer leaves."""

    def prepare(folder: Path) -> None:
        for stem in ("best_accuracy", "iter_epoch_3", "latest"):
            give_checkpoint(
                folder / "output/rec" / f"{stem}.pdparams", keys or ("backbone.w", "head.w")
            )
            (folder / "output/rec" / f"{stem}.pdopt").write_bytes(
                pickle.dumps({"w_moment1_0": b""}, 4)
            )

    return prepare


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("output/rec/best_accuracy", "there is no file 'output/rec/best_accuracy' |"),
        ("output/rec", "output/rec is a folder, not a checkpoint |"),
        ("output/rec/best_accuracy.pdopt", "best_accuracy.pdopt is the state of a training"),
    ],
)
def test_a_checkpoint_that_is_nearly_named_is_found(tmp_path: Path, named: str, said: str) -> None:
    text = FROM_CHECKPOINT.replace("output/rec/best_accuracy", named)
    found = refusal(tmp_path / "p", text, rec())
    assert said in found
    assert found.endswith('did you mean "output/rec/best_accuracy.pdparams"?')


def test_a_checkpoint_of_another_name_is_offered(tmp_path: Path) -> None:
    text = FROM_CHECKPOINT.replace("best_accuracy", "best_acuracy.pdparams")
    assert 'did you mean "best_accuracy.pdparams"?' in refusal(tmp_path / "p", text, rec())


def checkpoint(data: bytes) -> Prepare:
    """Give a file in the place of a checkpoint."""

    def prepare(folder: Path) -> None:
        (folder / "c.pdparams").write_bytes(data)

    return prepare


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (LFS, "c.pdparams is a Git LFS pointer"),
        (PAGE, "c.pdparams is a web page"),
        (b"", "c.pdparams is an empty file"),
        (zipped("archive/data.pkl"), "c.pdparams is a PyTorch file"),
        (
            tensors(WEIGHTS),
            r"the parameters of an inference model, not a checkpoint .*\[export\] model",
        ),
        (pickle.dumps({"backbone.w": b"12345678"}, 4)[:-6], "c.pdparams is damaged or cut off"),
        # a terabyte of bytes, as its opcode says
        (
            b"\x80\x04}\x8e" + (1 << 40).to_bytes(8, "little") + b"x",
            "c.pdparams is damaged or cut off",
        ),
        (b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n.", "c.pdparams is a PyTorch file"),
        (pickle.dumps({"w_moment1_0": b"", "LR_Scheduler": {}}, 4), "state of a training"),
        (
            pickle.dumps({"Teacher.backbone.w": b"", "Assistant.head.w": b""}, 4),
            "networks Assistant, Teacher, and none",
        ),
        (
            pickle.dumps({"backbone.conv._fake_quant_weight._scale": b""}, 4),
            'quantised ("slim") training',
        ),
    ],
    ids=without_bytes,
)
def test_a_checkpoint_that_is_something_else_is_called_by_its_name(
    tmp_path: Path, data: bytes, said: str
) -> None:
    text = FROM_CHECKPOINT.replace("output/rec/best_accuracy", "c.pdparams")
    found = refusal(tmp_path / "p", text, checkpoint(data))
    assert "train.checkpoint: " in found
    assert said in found or re.search(said, found), found
    assert not re.search(r"[A-Z]\w*(Error|Exception)", found), "nothing of Python's is told"


def test_a_folder_with_an_inference_model_is_no_checkpoint(tmp_path: Path) -> None:
    text = FROM_CHECKPOINT.replace("output/rec/best_accuracy", "m")
    said = refusal(tmp_path / "p", text, lambda folder: give_pir(folder / "m"))
    assert (
        'm is an inference model, not a checkpoint | give the model as [export] model = "m"' in said
    )


def test_of_a_distillation_the_student_is_taken_and_said(tmp_path: Path) -> None:
    keys = ("Student.backbone.w", "Student.head.w", "Teacher.backbone.w", NAME_TABLE)
    text = FROM_CHECKPOINT.replace("best_accuracy", "best_accuracy.pdparams")
    _, said = planned(tmp_path / "p", text, rec(*keys))
    assert said == [
        "train.checkpoint: best_accuracy.pdparams holds the networks Student, Teacher; Student is taken"
    ]


def test_nothing_of_a_checkpoint_is_run(tmp_path: Path) -> None:
    """A pickle that would end the process is scanned to its end."""
    evil = b"\x80\x04cos\n_exit\n(K\x03tR."
    text = FROM_CHECKPOINT.replace("output/rec/best_accuracy", "c.pdparams")
    wires, _ = planned(tmp_path / "p", text, checkpoint(evil))
    assert uploaded(wires["export"].inputs["checkpoint"]) == {"c.pdparams": "c.pdparams"}


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("frozen", "best_accuracy.pdparams is a checkpoint; mode frozen starts from an official"),
        ("full", ""),
    ],
)
def test_only_mode_full_trains_on_from_a_checkpoint(tmp_path: Path, mode: str, said: str) -> None:
    text = FINE_TUNED.replace('"m"', '"output/rec/best_accuracy.pdparams"')
    text += f'[train]\nmode = "{mode}"\n'
    if said:
        assert said in refusal(tmp_path / "p", text, rec())
        return
    wires, _ = planned(tmp_path / "p", text, rec())
    assert list(uploaded(wires["train"].inputs["pretrained"])) == ["best_accuracy.pdparams"]


@pytest.mark.parametrize("named", ["output/rec", "output/rec/best_accuracy"])
def test_weights_to_train_from_that_are_nearly_named_are_found(tmp_path: Path, named: str) -> None:
    said = refusal(tmp_path / "p", FINE_TUNED.replace('"m"', f'"{named}"'), rec())
    assert said.endswith('did you mean "output/rec/best_accuracy.pdparams"?')


@pytest.mark.parametrize("name", ["data/test.txt", "dict.txt", "data/test/0.png"])
@pytest.mark.parametrize(("data", "said"), [(LFS, "a Git LFS pointer"), (PAGE, "a web page")])
def test_a_stand_in_for_data_is_seen_too(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    def prepare(folder: Path) -> None:
        give_pir(folder / "m")
        (folder / name).write_bytes(data)

    assert f"{Path(name).name} is {said}" in refusal(tmp_path / "p", FROM_MODEL, prepare)


@pytest.mark.parametrize("line", [b"\xef\xbb\xbftest/0.png\tA\r\n", b'["test/0.png"]\tA\n'])
def test_the_first_image_is_found_however_its_line_is_written(tmp_path: Path, line: bytes) -> None:
    def prepare(folder: Path) -> None:
        give_pir(folder / "m")
        (folder / "data/test.txt").write_bytes(line)
        (folder / "data/test/0.png").write_bytes(LFS)

    assert "0.png is a Git LFS pointer" in refusal(tmp_path / "p", FROM_MODEL, prepare)


def test_a_name_that_no_file_can_have_is_told(tmp_path: Path) -> None:
    text = FROM_CHECKPOINT.replace("output/rec/best_accuracy", "c" * 300)
    assert "train.checkpoint: " in refusal(tmp_path / "p", text, lambda _folder: None)


def test_beside_a_model_to_train_from_only_its_plain_texts_are_taken(tmp_path: Path) -> None:
    def prepare(folder: Path) -> None:
        give_pd(folder / "m")
        (folder / "m" / "keys.txt").write_text("A\n")
        (folder / "m" / "notes.md").write_text("mine")
        (folder / "m" / "link.txt").symlink_to("/etc/hostname")

    wires, _ = planned(tmp_path / "p", FINE_TUNED, prepare)
    assert sorted(uploaded(wires["train"].inputs["pretrained"])) == [
        "inference.pdiparams",
        "inference.pdmodel",
        "keys.txt",
    ]
