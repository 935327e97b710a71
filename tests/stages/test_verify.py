from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import zipfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest

from stages import verify
from stages.contract import Change, Fault, Progress, Status
from stages.contract.golden import Golden
from stages.errors import IntegrityError, StageError
from stages.parity.listing import list_models
from stages.parity.models import Model
from stages.parity.read_back import Reader
from stages.pitfalls import Pitfall
from stages.preprocess import prepare, read_image
from stages.recognition.attempts import CHANGES
from stages.runners import ModelRunner, Output
from support.falsify import with_attribute, with_kind, with_tensor
from support.legacy import Recorded, alphanumeric_model, context, draw_lines, new_folder
from support.small import converted

TEXTS = ["A1B2", "XYZ9", "HELLO7", "42", "PADDLE", "LITE213"]
#: Wide enough for what is read here: an image takes half the time of one of 320 pixels.
PARAMETERS: dict[str, Any] = {"image_shape": [3, 48, 160], "use_space_char": False}
#: As opt chose their operators; what is at its default is left out.
_BOTH = ["flatten_contiguous_range", "hard_sigmoid", "layer_norm", "matmul_v2", "shape", "swish"]
NEEDS: dict[str, dict[str, Any]] = {
    "nb-x86": {"at_least": "2.13", "extra": _BOTH},
    "nb-arm": {"at_least": "2.13", "extra": sorted([*_BOTH, "hard_swish"])},
}


@lru_cache(maxsize=1)
def inputs() -> dict[str, Path]:
    """Draw a small test set, and take the converted model's files."""
    return {
        **draw_lines(new_folder(), TEXTS),
        **reference(),
        "nb-arm": converted().output / "model_arm.nb",
        "nb-x86": converted().output / "model_x86.nb",
    }


@lru_cache(maxsize=1)
def fewer() -> dict[str, Path]:
    """Return the same with two of the images, where it does not matter how many there are."""
    return {**inputs(), **draw_lines(new_folder(), TEXTS[-2:])}


def reference() -> dict[str, Path]:
    model = alphanumeric_model()
    return {"dict": model.dictionary, "pdmodel": model.pdmodel, "pdiparams": model.pdiparams}


def with_checkpoint() -> dict[str, Path]:
    model = alphanumeric_model()
    return {**inputs(), "checkpoint": model.checkpoint, "config": model.config}


@lru_cache(maxsize=1)
def verified() -> tuple[Recorded, dict[str, Any]]:
    """Verify everything once for all tests that look at the result."""
    run = context("verify", new_folder(), with_checkpoint(), PARAMETERS)
    run.spec = replace(run.spec, threads=2)
    return run, verify.run(run).dump()


def parity(run: Recorded) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((run.output / "parity.json").read_text(encoding="utf-8"))
    return read


def evidence(run: Recorded) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((run.output / "evidence.json").read_text(encoding="utf-8"))
    return read


def models(run: Recorded) -> dict[str, dict[str, Any]]:
    return {model["name"]: model for model in parity(run)["models"]}


def test_the_columns_are_in_order_and_measured() -> None:
    run, _ = verified()
    found = models(run)
    assert list(found) == ["checkpoint", "pd", "nb-x86", "nb-arm"]
    for name in ("checkpoint", "pd", "nb-x86"):
        assert found[name]["status"] == "measured", found[name]
        assert found[name]["classes"] == 37
        assert found[name]["latency_ms"]["p50"] > 0
        assert found[name]["peak_rss_mb"] > 50
        assert found[name]["load_s"] > 0
        assert found[name]["accuracy_interval"]["low"] < found[name]["accuracy"]
        assert ("time_ratio" in found[name]) == (name != "pd")
        assert sum(found[name].get("differences", {}).get("images", [len(TEXTS)])) == len(TEXTS)
        assert found[name]["calibration"]["right"] > 0.5
    arm = found["nb-arm"]
    assert (arm["status"], arm["classes"], arm["opt_version"]) == ("emulated", 37, "v2.13-rc")
    assert not {"latency_ms", "images_per_s", "peak_rss_mb", "time_ratio", "load_s"} & set(arm)


def test_the_arm_file_is_emulated_and_the_reader_proved() -> None:
    found = models(verified()[0])
    assert found["nb-arm"]["accuracy"] == found["nb-x86"]["accuracy"]
    assert found["nb-arm"]["agreement"] == 1.0 and found["nb-arm"]["max_abs_diff"] < 1e-3
    (proof,) = evidence(verified()[0])["read_back"]
    assert (proof["model"], proof["images"], proof["agreement"]) == ("nb-x86", len(TEXTS), 1.0)
    assert proof["max_abs_diff"] < 1e-4
    assert proof["same_program"] == ["nb-arm"]


def falsified(name: str, folder: Path) -> Path:
    """Return the arm file with a weight, an attribute, or a kind of operators changed."""
    right, wrong = inputs()["nb-arm"], folder / "model_arm.nb"
    if name == "weight":
        return with_tensor(right, wrong, "conv2d_0.w_0", lambda value: value * 0.5)
    if name == "attribute":
        return with_attribute(right, wrong, "hard_sigmoid", "offset", 0.45)
    return with_kind(right, wrong, "layer_norm", "layer_nory")


@pytest.mark.parametrize("name", ["weight", "attribute"])
def test_an_arm_file_that_was_falsified_is_not_equal_to_pd(tmp_path: Path, name: str) -> None:
    run = context("verify", tmp_path, {**fewer(), "nb-arm": falsified(name, tmp_path)}, PARAMETERS)
    verify.run(run)
    arm = models(run)["nb-arm"]
    assert arm["status"] == "emulated"
    assert arm["max_abs_diff"] > 1e-3, "more than verify.max_abs_diff allows: the verdict fails"
    (proof,) = evidence(run)["read_back"]
    assert proof["agreement"] == 1.0 and proof["max_abs_diff"] < 1e-4
    assert "same_program" not in proof or proof["same_program"] == []


def test_what_cannot_be_read_back_is_not_checked(tmp_path: Path) -> None:
    found = columns(tmp_path, {**inputs(), "nb-arm": falsified("kind", tmp_path)})["nb-arm"]
    assert (found.status, found.emulated) == (Status.NOT_RUNNABLE, False)
    assert found.detail == "not checked: operator layer_nory is not one that can be read back"


def test_nothing_is_emulated_by_a_reader_that_cannot_read_what_runs_here(tmp_path: Path) -> None:
    other = with_kind(inputs()["nb-x86"], tmp_path / "x.nb", "layer_norm", "layer_nory")
    run = context("verify", tmp_path, {**inputs(), "nb-x86": other}, PARAMETERS)
    reader = Reader(run, list_models(run, 37, "x86_64"))
    arm = next(model for model in reader.models if model.name == "nb-arm")
    assert (arm.status, arm.emulated) == (Status.NOT_RUNNABLE, False)
    assert "nb-x86, which runs here, cannot be read back" in arm.detail


def test_the_models_agree_and_read() -> None:
    run, metrics = verified()
    found = models(run)
    assert found["pd"]["accuracy"] >= 0.8, "parity of a model that reads nothing proves nothing"
    for name in ("checkpoint", "nb-x86"):
        assert found[name]["agreement"] == 1.0
        assert found[name]["max_abs_diff"] < 1e-3
    assert found["pd"]["max_abs_diff"] == 0.0
    assert metrics == {
        "images": len(TEXTS),
        "accuracy": {name: found[name]["accuracy"] for name in found},
        "as_pd": {name: len(TEXTS) for name in found if name != "pd"},
    }
    said = [(event.done, event.note) for event in run.events if isinstance(event, Progress)]
    timed = 3 * len(TEXTS)  # all models in turn, then PD and the NB file with all threads
    loading, rest = said[: -len(TEXTS) - timed - 1], said[-len(TEXTS) - timed - 1 :]
    assert {note for _, note in loading} == {"loading the models"}
    assert [done for done, _ in loading] == sorted(done for done, _ in loading)
    assert rest == [
        *((number, "reading the test images") for number in range(1, len(TEXTS) + 1)),
        *((number, "timing the models") for number in range(timed + 1)),
    ]


#: What differs from run to run: times and memory.
COSTS = (
    "latency_ms", "latency_all_ms", "images_per_s", "peak_rss_mb", "time_ratio", "load_s",
)  # fmt: skip


def verified_by(
    monkeypatch: pytest.MonkeyPatch, runner: type[ModelRunner], folder: Path, given: dict[str, Path]
) -> Recorded:
    """Verify with two processes of each model, and all threads beside."""
    for place in ("measure", "latency"):
        monkeypatch.setattr(f"stages.parity.{place}.ModelRunner", runner)
    run = context("verify", folder, given, PARAMETERS)
    models = len([name for name in given if name in ("checkpoint", "pdmodel", "nb-x86", "nb-arm")])
    run.spec = replace(run.spec, threads=models + 1)
    verify.run(run)
    return run


def test_the_number_of_processes_changes_no_number_but_times_and_the_evidence_is_the_same_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Counting(ModelRunner):
        started: ClassVar[list[tuple[str, int]]] = []

        def __init__(self, kind: str, files: list[str], threads: int = 1) -> None:
            self.started.append((kind, threads))
            super().__init__(kind, files, threads)

    run = verified_by(monkeypatch, Counting, tmp_path, with_checkpoint())
    many = models(run)
    assert sorted(Counting.started) == [
        *([("checkpoint", 1)] * 2 + [("nb", 1)] * 2 + [("nb", 5)]),
        *([("pd", 1)] * 4 + [("pd", 5)]),
    ]
    assert many["pd"]["latency_all_ms"]["p50"] > 0 and "latency_all_ms" not in many["nb-arm"]
    one = models(verified()[0])
    for name in ("checkpoint", "pd", "nb-x86", "nb-arm"):
        assert {key: value for key, value in many[name].items() if key not in COSTS} == {
            key: value for key, value in one[name].items() if key not in COSTS
        }
    assert evidence(run) == evidence(verified()[0])


def test_a_process_that_gives_another_output_for_the_same_image_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Deviating(ModelRunner):
        started = 0

        def __init__(self, kind: str, files: list[str], threads: int = 1) -> None:
            Deviating.started += kind == "nb"
            self._deviates = kind == "nb" and Deviating.started == 2
            super().__init__(kind, files, threads)

        def take_all(self) -> list[Output]:
            outputs = super().take_all()
            if not self._deviates:
                return outputs
            return [
                replace(output, probabilities=np.roll(output.probabilities, 1, axis=0))
                for output in outputs
            ]

    found = models(verified_by(monkeypatch, Deviating, tmp_path, fewer()))
    assert found["nb-x86"]["fault"] == "not_repeatable"
    assert found["pd"]["status"] == "measured"


def test_golden_inputs_can_be_made_again() -> None:
    run, _ = verified()
    golden = Golden.from_json((run.output / "golden.json").read_bytes())
    assert len(golden.images) == len(TEXTS)
    with zipfile.ZipFile(run.output / "golden.zip") as files:
        assert len(files.namelist()) == 3 * len(TEXTS)
        for row in golden.images:
            image = read_image(inputs()["test"] / row.image)
            tensor = prepare(image, golden.image_shape).tobytes()
            assert hashlib.sha256(tensor).hexdigest() == row.input_sha256
            assert files.read(f"{row.file}.f32") == tensor
            pixels = files.read(f"{row.file}.ppm").partition(b"\n255\n")[2]
            assert pixels == image[:, :, ::-1].tobytes()
            assert row.found["pd"] == row.found["nb-x86"]
            assert row.scores["pd"] == pytest.approx(row.scores["nb-x86"], abs=1e-3)


def test_dictionary_and_threads_are_reported() -> None:
    report = parity(verified()[0])
    assert report["dictionary"]["entries"] == 36
    assert report["dictionary"]["classes"] == 37
    assert report["images"] == len(TEXTS)
    assert report["threads"] == 1


def test_outputs_are_sane_and_the_same_again() -> None:
    found = {row["model"]: row for row in evidence(verified()[0])["sanity"]}
    assert list(found) == ["checkpoint", "pd", "nb-x86", "nb-arm"]
    for row in found.values():
        assert row["row_sum_error"] < 1e-5
        assert row["repeat_difference"] == 0.0
        assert row["distinct_readings"] >= 5


def test_runtime_of_the_files_is_written_down() -> None:
    run, _ = verified()
    assert evidence(run)["runtime"] == {
        "paddle_lite": importlib.metadata.version("paddlelite"),
        "files": [
            {
                "model": "nb-x86",
                "target": "x86",
                "opt_version": "v2.13-rc",
                "needs": NEEDS["nb-x86"],
            },
            {
                "model": "nb-arm",
                "target": "arm",
                "opt_version": "v2.13-rc",
                "needs": NEEDS["nb-arm"],
            },
        ],
    }
    written = json.loads((run.output / "preprocess.json").read_text(encoding="utf-8"))
    assert written["runtime"] == {
        "name": "Paddle-Lite", "opt_version": "v2.13-rc", "at_least": "2.13",
        "needs": {name: {**needs, "half": False, "opencl": False} for name, needs in NEEDS.items()},
    }  # fmt: skip


def test_places_that_agree_are_listed() -> None:
    written = evidence(verified()[0])
    places = {(row["place"], row["what"]): row["outcome"] for row in written["dictionary"]}
    for place in ("checkpoint", "pd", "nb-x86", "nb-arm", "preprocess.json"):
        assert places[place, "classes"] == "same"
    shapes = {row["place"]: row for row in written["preprocessing"] if row["what"] == "image_shape"}
    assert shapes["pd"]["outcome"] == "same"
    assert "canary" not in written


def columns(folder: Path, given: dict[str, Path]) -> dict[str, Model]:
    """Return the columns of the table as they stand before any model is run."""
    run = context("verify", folder, given, PARAMETERS)
    return {model.name: model for model in list_models(run, 37, "x86_64")}


def test_without_a_checkpoint_its_entry_says_so(tmp_path: Path) -> None:
    checkpoint = columns(tmp_path, inputs())["checkpoint"]
    assert checkpoint.status is Status.ABSENT
    assert checkpoint.detail == "no checkpoint in this project"


def test_the_arm_file_is_never_run_on_x86_nor_the_other_way_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    asked: list[str] = []

    def note(_kind: str, files: list[str], threads: int) -> ModelRunner:
        asked.extend(files)
        return ModelRunner("none", files, threads)

    monkeypatch.setattr("stages.parity.measure.ModelRunner", note)
    run = context("verify", tmp_path, fewer(), PARAMETERS)
    verify.run(run)
    found = models(run)
    assert found["nb-x86"]["status"] == "not_runnable"
    assert found["nb-x86"]["detail"].startswith("not checked: ")
    assert str(inputs()["nb-arm"]) in asked
    assert str(inputs()["nb-x86"]) not in asked


def test_a_file_for_another_target_is_not_run_and_named(tmp_path: Path) -> None:
    swapped = {"nb-x86": inputs()["nb-arm"], "nb-arm": inputs()["nb-x86"]}
    found = columns(tmp_path, {**inputs(), **swapped})
    for name, target, other in (("nb-x86", "arm", "x86"), ("nb-arm", "x86", "arm")):
        said = f"the file is made for {target}, not for {other}; it was not run"
        assert (found[name].fault, found[name].detail) == (Fault.WRONG_TARGET, said)
        assert found[name].pitfall == Pitfall.FOREIGN_TARGET
    assert found["pd"].status is None


def test_a_damaged_nb_is_not_run(tmp_path: Path) -> None:
    broken = tmp_path / "model.nb"
    broken.write_bytes(inputs()["nb-x86"].read_bytes()[:-100_000])
    found = columns(tmp_path, {**inputs(), "nb-x86": broken})
    assert found["nb-x86"].fault is Fault.UNREADABLE
    assert found["nb-x86"].detail.startswith("model.nb is not a naive buffer")
    assert found["pd"].status is None


def test_a_model_that_dies_takes_only_its_own_column(tmp_path: Path) -> None:
    broken = tmp_path / "model.nb"
    broken.write_bytes(inputs()["nb-x86"].read_bytes().replace(b"softmax", b"softmix"))
    run = context("verify", tmp_path, {**fewer(), "nb-x86": broken}, PARAMETERS)
    metrics = verify.run(run)
    found = models(run)
    assert found["nb-x86"]["detail"].startswith("killed by SIG")
    assert found["nb-x86"]["fault"] == "died"
    assert set(found["nb-x86"]) == {"name", "status", "fault", "detail", "opt_version"}
    assert found["pd"]["status"] == "measured"
    assert list(metrics.accuracy or ()) == ["pd"]


def test_a_reference_that_dies_leaves_nothing_to_agree_with(tmp_path: Path) -> None:
    broken = tmp_path / "inference.pdiparams"
    broken.write_bytes(b"")
    run = context("verify", tmp_path, {**fewer(), "pdiparams": broken}, PARAMETERS)
    verify.run(run)
    found = models(run)
    assert found["pd"]["status"] == "failed"
    assert found["nb-x86"]["status"] == "measured"
    assert "agreement" not in found["nb-x86"]


def test_another_dictionary_is_an_integrity_failure(tmp_path: Path) -> None:
    run = context("verify", tmp_path, inputs(), {**PARAMETERS, "use_space_char": True})
    with pytest.raises(
        IntegrityError, match=r"pd .* 37 classes; the dictionary makes 38"
    ) as caught:
        verify.run(run)
    assert caught.value.pitfall == Pitfall.DICTIONARY_CLASSES


def test_an_image_that_is_gone_is_named(tmp_path: Path) -> None:
    labels = tmp_path / "test.txt"
    labels.write_text("none.png\tA\n", encoding="utf-8")
    run = context("verify", tmp_path, {**inputs(), "test_labels": labels}, PARAMETERS)
    with pytest.raises(StageError, match=r"none.png is missing"):
        verify.run(run)


def test_no_labels_is_an_error(tmp_path: Path) -> None:
    labels = tmp_path / "test.txt"
    labels.write_bytes(b"")
    run = context("verify", tmp_path, {**inputs(), "test_labels": labels}, PARAMETERS)
    with pytest.raises(StageError, match="no test images"):
        verify.run(run)


def test_a_model_that_reads_well_is_not_tried_otherwise() -> None:
    assert "attempts" not in parity(verified()[0])


def relabelled(folder: Path, turns: int = 0, *, backwards: bool = False) -> dict[str, Any]:
    """Let PD read the same images, turned, or labelled from the end; return ``attempts`` by change."""
    for text in TEXTS:
        image = cv2.imread(str(inputs()["test"] / f"{text}.png"))
        (folder / "test").mkdir(exist_ok=True)
        cv2.imwrite(str(folder / "test" / f"{text}.png"), np.rot90(image, turns))
    lines = (f"{text}.png\t{text[::-1] if backwards else text}\n" for text in TEXTS)
    (folder / "test.txt").write_text("".join(lines), encoding="utf-8")
    changed = {"test": folder / "test", "test_labels": folder / "test.txt"}
    run = context("verify", folder, {**reference(), **changed}, PARAMETERS)
    verify.run(run)
    return {item["change"]: item for item in parity(run)["attempts"]}


def test_labels_from_the_end_are_found_by_reading_in_the_other_order(tmp_path: Path) -> None:
    tried = relabelled(tmp_path, backwards=True)
    assert tried["reversed"]["accuracy"] == 1.0 > tried["reversed"]["as_is"]
    assert tried["reversed"]["images"] == len(TEXTS)


def test_turned_images_are_found_by_turning_them_back(tmp_path: Path) -> None:
    tried = relabelled(tmp_path, turns=3)
    assert tried["turned-left"]["accuracy"] == max(item["accuracy"] for item in tried.values())
    assert tried["turned-left"]["accuracy"] > 0.5


def test_what_turned_an_image_is_named_and_undone() -> None:
    image = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    for turns, change in ((2, "upside-down"), (3, "turned-left"), (1, "turned-right")):
        assert np.array_equal(CHANGES[Change(change)](np.rot90(image, turns)), image)
