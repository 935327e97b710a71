"""A run whose models part says at which operator; that it cannot be found changes nothing in its verdict."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.project import load_project
from pipeline.record.events import Noted, RunFinished
from pipeline.record.verdict import Verdict
from pipeline.report.markdown import render_markdown
from pipeline.report.model import Report, load_report
from pipeline.run.locate import look
from pipeline.run.options import StopSwitch
from stages.contract import (
    Exit,
    Fault,
    Finding,
    Located,
    LocatedOperator,
    Location,
    ModelEntry,
    PartedBy,
)
from support.given import pd_project
from support.pretended import PretendedEngine, go, install
from support.results import make_failed, make_model, make_parity, make_report

ONE = Fault.ONE_READING

OPERATOR = LocatedOperator(
    PartedBy.FILE,
    "conv2d",
    11,
    "backbone.blocks4.0.dw_conv",
    "conv2d_142.w_0",
    difference=0.21,
    alone=0.2,
)
FOUND = Location(
    1e-4,
    (
        Located("nb-arm", Finding.AGREES, "a.png", 2e-6),
        Located("nb-x86", Finding.OPERATOR, "a.png", 0.5, OPERATOR),
    ),
)
SENTENCE = (
    "nb-x86: it parts from pd at operator 11, conv2d (backbone.blocks4.0.dw_conv): the file does not hold "
    "the model (off by 0.21 of its largest number, 0.2 when it alone is given the right input)"
)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> PretendedEngine:
    return install(monkeypatch, PretendedEngine(apart="nb-x86", location=FOUND))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return pd_project(tmp_path / "p")


def report_of(folder: Path) -> Report:
    return load_report(max((folder / ".paddock/runs").iterdir()) / "report.json")


def test_a_failed_parity_names_the_operator_and_asks_once(
    folder: Path, engine: PretendedEngine
) -> None:
    code, heard = go(folder)
    assert code == Exit.PARITY
    report, ended = report_of(folder), heard[-1].event
    assert isinstance(ended, RunFinished) and SENTENCE in ended.reasons
    assert report.location == FOUND and report.reasons[-1] == SENTENCE
    assert "backbone.blocks4.0.dw" in render_markdown(report)
    spec = engine.specs["locate"]
    names = {item["name"] for item in spec["inputs"]}
    assert {"pdmodel", "nb-x86", "lite-program", "lite-parameters", "test"} <= names
    assert spec["parameters"]["tolerance"] == 1e-3 and spec["parameters"]["models"] == ["nb-x86"]
    assert spec["parameters"]["patience"] > 0
    # what was found of the same results is not looked for again
    engine.ran.clear()
    assert go(folder)[0] == Exit.PARITY and engine.ran == []
    assert report_of(folder).location == FOUND


def test_a_stricter_limit_asks_anew(folder: Path, engine: PretendedEngine) -> None:
    go(folder)
    engine.ran.clear()
    path = folder / "paddock.toml"
    path.write_text(path.read_text() + "\n[verify]\nmax_abs_diff = 0.0001\n")
    assert go(folder)[0] == Exit.PARITY
    assert "nb-arm" in report_of(folder).parting, "which the first run found to agree"
    assert engine.ran == ["locate"]


def test_where_it_cannot_be_found_the_verdict_stands(folder: Path, engine: PretendedEngine) -> None:
    engine.location = None
    code, heard = go(folder)
    assert code == Exit.PARITY and engine.ran[-1] == "locate"
    report = report_of(folder)
    assert report.verdict is Verdict.PARITY and report.location is None
    said = [item.event.message for item in heard if isinstance(item.event, Noted)]
    assert any(text.startswith("where the models part was not found") for text in said)


def test_it_costs_nothing_where_parity_holds(folder: Path, engine: PretendedEngine) -> None:
    engine.apart = ""
    assert go(folder)[0] == Exit.OK
    assert "locate" not in engine.ran and report_of(folder).location is None


def test_one_can_ask_of_any_run_that_compared_models(folder: Path, engine: PretendedEngine) -> None:
    def ask(*images: str) -> Location:
        return look(load_project(folder), {}, lambda _text: None, StopSwitch(), images)

    with pytest.raises(UsageError, match="there are no compared models: verify has no result"):
        ask()
    engine.apart = ""
    go(folder)
    assert ask("test/0.png") == FOUND
    told = engine.specs["locate"]["parameters"]
    assert (told["images"], told["only_these"]) == (["test/0.png"], True)
    with pytest.raises(UsageError, match=r"b\.png' is not an image"):
        ask("b.png")


@pytest.mark.parametrize(
    ("rounded", "parting"),
    [(make_model("pd-int8"), ("nb-x86-int8",)), (make_failed("pd-int8", ONE, "the same"), ())],
)
def test_a_file_that_does_as_its_useless_reference_parts_from_nothing(
    folder: Path, rounded: ModelEntry, parting: tuple[str, ...]
) -> None:
    file = replace(make_failed("nb-x86-int8", ONE, "the same"), reference="pd-int8")
    parity = make_parity(make_model("pd"), make_model("nb-x86"), rounded, file)
    assert make_report(load_project(folder), parity).parting == parting
