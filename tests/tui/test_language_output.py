"""What a Chinese user reads on the command line; and that machines read the same as ever."""

import json
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from pipeline.images.events import BaseTried, ImageFinished, ImageStarted, Outcome, PullProgressed
from pipeline.plan.stages import STAGES
from pipeline.record.events import (
    Envelope,
    Noted,
    RunFailed,
    RunFinished,
    StageCached,
    StageFinished,
    StagePlanned,
)
from pipeline.report.model import Report, load_report
from stages.contract import Progress, TrainMetrics, Warned
from stages.message import joined, msg
from support.cli import call
from support.language import CHINESE, english_in, has_chinese, speaking
from support.projects import MINIMAL, write_project
from support.recorded import RECORDED, RUN, recorded_events, recorded_project
from tui import printer as lines
from tui.building import BuildPrinter
from tui.console import Terminal, fold, padded
from tui.printer import Printer
from tui.table import print_parity
from tui.words import check_name

TRAINED = TrainMetrics(
    accuracy=0.5, ned=0.75, best_epoch=3, epochs=30, epochs_run=8, samples_per_s=1.0,
    stopped_because="early stopping",
)  # fmt: skip
NO_ENGINE_CHINESE = {"DOCKER_HOST": "unix:///nonexistent/docker.sock", **CHINESE}


def chinese(*words: str | Path) -> str:
    """Return what the command line says on stdout and stderr."""
    done = call(*words, environ=NO_ENGINE_CHINESE)
    return done.stdout + done.stderr


def test_fold_counts_cells_and_keeps_signs_on_their_line() -> None:
    text = "把这些字符加入字典，或修正 labels.txt 中的标注（再按一次立即停止）。"
    for width in range(8, 40):
        lines = list(fold(text, width))
        assert all(cell_len(line) <= max(width, cell_len("labels.txt")) for line in lines)
        assert not any(line[0] in "，。；：）" for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert list(fold("", 10)) == []


def test_error_with_place_and_remedy(tmp_path: Path) -> None:
    said = chinese("--batch", tmp_path / "nothere")
    assert said.splitlines() == [
        f"错误：{tmp_path / 'nothere'} 中没有 paddock.toml",
        f"  位置：{tmp_path / 'nothere' / 'paddock.toml'}",
        "  处理：新建一个：paddock init DIR",
    ]


def test_error_in_the_project_file(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p", MINIMAL.replace("val =", "vall ="))
    said = chinese("--batch", folder)
    assert "data.vall：未知的键；是否想写“val”？" in said
    assert english_in(said) == []


def test_no_engine(tmp_path: Path) -> None:
    said = chinese("plan", write_project(tmp_path / "p"))
    assert said.startswith("错误：连接 Docker 引擎：Docker 引擎没有运行：它的套接字不存在\n")
    assert "  处理：启动它（" in said


def test_doctor_in_one_column() -> None:
    lines = chinese("doctor").splitlines()
    assert any(line.startswith("✘ 问题     引擎：") for line in lines)
    assert {cell_len(line[:9]) for line in lines if line[0] in "✔✘!"} == {11}
    assert not [line for line in lines if "do:" in line]


def test_doctor_means_the_images_that_containers_run() -> None:
    with speaking("zh_CN"):
        assert check_name("images") == "镜像"
        assert check_name("engine's size") == "引擎规模"


def said_of(event: Any, capsys: pytest.CaptureFixture[str], stage: str = "train") -> str:
    with speaking("zh_CN"):
        Printer(Terminal(), show_plan=True).show(Envelope(0, "t", "r", stage, event))
    said = capsys.readouterr()
    return (said.out + said.err).rstrip("\n")


CHANGED = [
    msg("parameter {name} changed ({old} → {new})", "epochs", 30, 40),
    msg("input {name} added", "train"),
]
BAD_LINE = msg(
    "PaddleOCR could not read a line of data {bad_samples} times and took another one instead", 3
)


@pytest.mark.parametrize(
    ("event", "said"),
    [
        (StagePlanned("run", "never run"), "train    ▶ 将会运行：从未运行"),
        (StagePlanned("run", "forced"), "train    ▶ 将会运行：强制重跑"),
        (StagePlanned("wait", msg("after {stages}", joined(" and ", ["data", "train"]))),
         "train    … 随后运行：在 data、train 之后"),
        (StagePlanned("run", joined("; ", CHANGED)),
         "train    ▶ 将会运行：参数 epochs 已变（30 → 40）；新增输入 train"),
        (StagePlanned("skip", "the project starts from a PD model"), "train    – 跳过：项目从 PD 模型开始"),
        (StageCached("key", "run-1"), "train    ✔ 缓存命中：来自运行 run-1"),
        (StageFinished("key", 187.0, TRAINED.dump()),
         "train    ✔ 完成，用时 3 min 07 s · 第 3/30 轮时 50.00% · 在第 8 轮提前停止"),
        (Noted(msg("took over from a run that died ({dead})", msg("pid {pid} on {host}", 7, "x"))),
         "train      接管了一次已中断的运行（x 上的进程 7）"),
        (RunFinished(1, 2.5, "fail-accuracy"), "train    ✘ 未通过：准确率不足，用时 2.5 s"),
        (Progress(3, 10, "models", "loading the models"), "train      正在载入模型：3/10 模型 (30%)"),
        (Warned(BAD_LINE, "a:1"), "train    ! a:1：PaddleOCR 有 3 次读不了数据行，改取了另一行"),
        (RunFailed(3, msg("the {stage} stage ran out of memory", "train"), "", msg("raise limits.cpus")),
         "错误：阶段 train 内存不足\n  处理：请调高 limits.cpus"),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_events(event: Any, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert said_of(event, capsys) == said


def test_a_recorded_run_is_read_in_chinese(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "PROGRESS_EVERY", 0.0)
    with speaking("zh_CN"):
        printer = Printer(Terminal(200), show_plan=True)
        for line in recorded_events(tmp_path, RUN):
            printer.show(Envelope.decode(line))
    said = capsys.readouterr()
    assert said.err == ""
    assert english_in(said.out.replace(str(tmp_path), "")) == []
    places = {line[: line.index(line.split(maxsplit=1)[1])] for line in said.out.splitlines()}
    assert {cell_len(place) for place in places} <= {9, 11}


def test_a_stage_name_stays(capsys: pytest.CaptureFixture[str]) -> None:
    for stage in STAGES:
        assert said_of(StagePlanned("run", "never run"), capsys, stage).startswith(f"{stage} ")


@pytest.fixture
def report() -> Report:
    return load_report(RECORDED / "out" / "report.json")


@pytest.mark.parametrize("width", [80, 100, 140])
def test_parity_table_is_aligned(
    report: Report, width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with speaking("zh_CN"):
        print_parity(report, Terminal(width))
    said = capsys.readouterr().out
    table = said.partition("nb-arm")[0].splitlines()[:-1]
    assert len({cell_len(line) for line in table if line.strip()}) == 1
    assert "准确率" in said and "未检查：" in said and "✔ 通过" in said
    assert "  字典：36 个条目，37 个类别" in said
    head = next(line for line in table if "准确率" in line)
    row = next(line for line in table if " pd " in f" {line} ")
    end = cell_len(head[: head.index("准确率") + 3])
    assert cell_len(row[: row.index("%") + 1]) == end


def test_building_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    with speaking("zh_CN"):
        printer = BuildPrinter(Terminal())
        printer.show(BaseTried("python@sha256:0", Outcome.USED, "made on this machine earlier"))
        printer.show(PullProgressed("python", 5, 10))
        printer.show(ImageStarted("paddock-data:1", 1, 5))
        printer.show(ImageFinished("paddock-data:1", "sha256:" + "0" * 64, 10**9, 61.0, False))
    assert capsys.readouterr().out.splitlines() == [
        "基础     ✔ 使用 python@sha256:0：此前在这台机器上制作",
        "基础       已拉取 5 B / 10 B",
        "镜像 1/5  paddock-data:1",
        "镜像 1/5  ✔ paddock-data:1 构建完成，用时 1 min 01 s, 1.0 GB, 000000000000",
    ]


def test_padding_counts_cells() -> None:
    assert padded("运行", 8) == "运行    " and padded("12 MB", 8, right=True) == "   12 MB"
    assert padded("a long name", 4) == "a long name"


@pytest.mark.parametrize("form", ["json", "md", "html"])
def test_reports_are_the_same_in_both_languages(tmp_path: Path, form: str) -> None:
    folder = recorded_project(tmp_path / "p")
    if form != "json":
        (folder / "out" / f"report.{form}").write_text("# alphanumeric: PASS\n", "utf-8")
    words = ("report", folder, "--format", form)
    assert call(*words).stdout == call(*words, environ=NO_ENGINE_CHINESE).stdout


def test_events_are_the_same_in_both_languages(tmp_path: Path) -> None:
    def events(folder: Path, *words: str) -> list[dict[str, Any]]:
        done = call("--batch", "--json", folder, *words)
        assert done.returncode == 4 and not has_chinese(done.stdout)
        written = next((folder / ".paddock" / "runs").glob("*/events.jsonl"))
        assert written.read_text() == done.stdout
        ours = [json.loads(line) for line in done.stdout.splitlines()]
        return [{**event, "time": "", "run": "", "seconds": 0} for event in ours]

    english = events(write_project(tmp_path / "a"))
    assert events(write_project(tmp_path / "b"), "--lang", "zh_CN") == english


def test_project_file_is_the_same_in_both_languages(tmp_path: Path) -> None:
    for name, environ in (("a", {}), ("b", CHINESE)):
        assert call("init", tmp_path / name / "p", environ=environ).returncode == 0
    one, other = (tmp_path / name / "p" / "paddock.toml" for name in "ab")
    assert one.read_bytes() == other.read_bytes()
