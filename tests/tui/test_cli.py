"""The command line: exit codes, one clear message, results on stdout and nothing else there."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.project import load_project
from pipeline.report.model import load_report
from pipeline.run.deliver import complete, deliver
from stages.contract import Mismatch
from support.cli import NO_ENGINE, call, paddock
from support.projects import MINIMAL, SCRATCH, write_project
from support.results import make_parity, make_report
from tui.cli import main
from tui.commands import COMMANDS
from tui.console import Terminal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_project(tmp_path / "p", SCRATCH)


def refused(done: subprocess.CompletedProcess[str], code: int, *said: str) -> None:
    """Check for one clear message on stderr and nothing on stdout."""
    assert done.returncode == code, done
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.count("error:") == 1
    for text in said:
        assert text in done.stderr


NO_DOCKER = ["the Docker engine is not running", "unix:///nonexistent", "do:"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("--batch {folder}/data", 2, ["no paddock.toml in", "paddock init"]),
        ("--batch {folder}/nothere", 2, ["no paddock.toml in"]),
        ("--batch {folder}/paddock.toml", 2, ["not a folder"]),
        ("--batch", 4, []),  # the project is by default where one stands
        ("--batch {folder} --from verify --until data", 2, ["--from verify comes after --until data"]),
        ("--batch --from bake", 2, ["usage:"]),
        ("plan --jsn", 2, ["usage:"]),
        ("--bach", 2, ["usage:"]),
        ("{folder}", 2, ["there is no terminal", "use --batch"]),
        *((f"{words} {{folder}}", 4, NO_DOCKER) for words in ("--batch", "--batch --dry-run", "plan",
         "clean")),
        ("clean --dry-run {folder}", 2, ["--dry-run says what old runs would go", "do:"]),
        ("clean --volumes --dry-run {folder}", 2, ["--dry-run says what old runs would go", "do:"]),
        ("clean --volumes --older-than 3d {folder}", 2, ["--volumes removes the results of all runs", "do:"]),
        ("--batch --locked {folder}", 2, ["there is no lock", "paddock.lock"]),
        ("report {folder}", 2, ["there is no report yet", "paddock --batch"]),
    ],
)  # fmt: skip
def test_what_is_refused_is_said_once_with_its_code(
    folder: Path, words: str, code: int, said: list[str]
) -> None:
    refused(call(*words.format(folder=folder).split(), cwd=folder), code, *said)


def test_unknown_key(folder: Path) -> None:
    (folder / "paddock.toml").write_text(SCRATCH.replace("val =", "vall ="))
    for words in (["--batch"], ["plan"], ["report"], ["clean"]):
        done = call(*words, folder)
        refused(done, 2, "paddock.toml:6: data.vall: unknown key", 'did you mean "val"', "do:")


@pytest.mark.parametrize(
    "words", [["check-app", "no.apk"], ["device", "no.json"], ["push", "localhost:9/a:1"]]
)
def test_an_option_between_two_words_ends_them_not(words: list[str], folder: Path) -> None:
    done = call(*words, "--json", folder)
    assert done.returncode != 0 and done.stderr.startswith("error: ")


def test_ci_counts_as_no_terminal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a real terminal, but CI set, the text UI is not opened."""
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "tui.cli", str(folder)]
    monkeypatch.setenv("CI", "true")
    done = subprocess.run(
        command, check=False, stdin=terminal, stdout=terminal, stderr=subprocess.PIPE, text=True
    )
    os.close(terminal)
    os.close(controller)
    assert done.returncode == 2 and "use --batch" in done.stderr


@pytest.mark.parametrize("age", ["0d", "30", "d", "99999w", "-3d"])
def test_clean_takes_no_age_that_is_none(folder: Path, age: str) -> None:
    done = call("clean", f"--older-than={age}", "--dry-run", folder)
    assert done.returncode == 2 and "not an age such as 12h, 30d or 8w" in done.stderr


def test_no_engine_in_a_process_of_its_own(folder: Path) -> None:
    refused(paddock("--batch", folder), 4, "the Docker engine is not running")


def test_no_engine_is_what_the_record_of_the_run_says(folder: Path) -> None:
    done = call("--batch", "--json", folder)
    assert done.returncode == 4 and done.stderr == ""
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["type"] for event in events] == ["run-failed", "run-finished"]
    assert events[0]["code"] == events[1]["code"] == 4
    run = next((folder / ".paddock" / "runs").iterdir())
    assert (run / "events.jsonl").read_text() == done.stdout
    assert "Traceback" in (run / "traceback.log").read_text()


def test_doctor_says_what_is_missing() -> None:
    done = call("doctor")
    assert done.returncode == 4 and done.stderr == ""
    assert "✘ problem  engine: " in done.stdout and "do: " in done.stdout


def test_demo_never_lands_between_ones_files_and_starts_nothing_without_an_engine(
    tmp_path: Path,
) -> None:
    (tmp_path / "train.txt").write_text("a.png\tA\n")
    refused(call("demo", tmp_path), 2, "something lies in", "name a new folder")
    refused(call("demo", tmp_path / "demo"), 4, "the Docker engine is not running")
    assert [path.name for path in tmp_path.iterdir()] == ["train.txt"]


def test_model_that_is_not_there(folder: Path) -> None:
    (folder / "paddock.toml").write_text(MINIMAL + '\n[train]\ncheckpoint = "gone.pdparams"\n')
    done = call("plan", folder)
    assert done.returncode in (2, 4) and done.stdout == "" and "error:" in done.stderr


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)], ids=str)
def test_help(words: list[str]) -> None:
    done = call(*words, "--help")
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.startswith("usage: paddock")


def test_help_lists_every_command_and_exit_code() -> None:
    said = call("--help").stdout
    for name, summary in COMMANDS.items():
        assert f"  {name:<9} {summary}" in said
    codes = ("0 done", "1 parity", "2 usage", "3 a stage", "4 Docker", "5 integrity", "130/143")
    assert not [code for code in codes if code not in said.replace("\n", " ")]


def test_version() -> None:
    assert paddock("--version").stdout.startswith("paddock 0.")


def write_report(folder: Path, label: str = "AB0") -> None:
    mismatch = Mismatch("a.png", label, {"pd": "ABO"})
    made = make_report(load_project(folder), make_parity(mismatches=(mismatch,)))
    ready = folder / ".paddock" / "ready"
    ready.mkdir(parents=True)
    complete(ready, made)
    deliver(folder / "out", ready)


@pytest.mark.parametrize("form", ["md", "html", "json", "junit"])
def test_report_is_on_stdout_and_harmless(folder: Path, form: str) -> None:
    write_report(folder, "车\x9b2J\u202e\x1b[2J")
    done = call("report", folder, "--format", form)
    assert done.returncode == 0 and done.stderr == ""
    said = done.stdout.replace("<mark>", "").replace("</mark>", "")
    assert ("nb-x86" if form == "junit" else "ABO") in said
    assert all(line.isprintable() for line in done.stdout.split("\n"))


def test_json_report_is_the_file(folder: Path) -> None:
    write_report(folder)
    said = json.loads(call("report", folder, "--format", "json").stdout)
    assert said == json.loads((folder / "out" / "report.json").read_text())


def test_report_of_a_refused_run_is_the_newest(folder: Path) -> None:
    write_report(folder)
    refused_run = folder / ".paddock" / "runs" / "run-2"
    refused_run.mkdir(parents=True)
    made = make_report(load_project(folder), run="run-2")
    (refused_run / "report.json").write_text(made.dump(), encoding="utf-8")
    os.utime(refused_run / "report.json", (2**32, 2**32))
    assert "Run run-2" in call("report", folder).stdout


def test_two_runs_are_compared_and_written_where_it_is_asked(folder: Path, tmp_path: Path) -> None:
    write_report(folder)
    other = tmp_path / "other.json"
    made = load_report(folder / "out" / "report.json")
    other.write_text(made.model_copy(update={"run": "run-0", "mismatches": ()}).dump(), "utf-8")
    done = call("report", "--compare", other, folder)
    assert done.returncode == 0 and "## Lines that are read otherwise" in done.stdout
    page = tmp_path / "page.html"
    done = call("report", "--compare", other, folder, "--format", "html", "--output", page)
    assert (done.returncode, done.stdout) == (0, "")
    assert "AB<mark>O</mark>" in page.read_text("utf-8")
    refused(call("report", "--compare", other, folder, "--format", "junit"), 2, "md, html, json")
    done = call("report", folder, "--run", "nope")
    refused(done, 2, "no run, folder or file 'nope'", "report.json")
    assert "run-0" in call("report", "--run", other).stdout


def test_report_of_an_earlier_version_or_a_damaged_one_is_named(folder: Path) -> None:
    write_report(folder)
    path = folder / "out" / "report.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema_version": 1}))
    refused(call("report", folder), 2, "an earlier version of Paddock", "report.json", "do:")
    path.write_text("{")
    refused(call("report", folder), 2, "the report cannot be read", "report.json", "do:")


@pytest.mark.parametrize("command", ["report", "doctor"])
def test_reader_that_goes_away_is_no_traceback_and_no_verdict(folder: Path, command: str) -> None:
    """``paddock … | head``: exit code 1 would say that parity failed."""
    write_report(folder)
    words = [str(folder)] if command == "report" else []
    with subprocess.Popen(
        [sys.executable, "-m", "tui.cli", command, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **NO_ENGINE},
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
    assert process.returncode == 3


def test_full_disk_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_path: Path, _text: str) -> None:
        raise OSError(28, "No space left on device", "paddock.toml")

    monkeypatch.setattr("tui.commands.init.write_text", full)
    assert main(["init", str(tmp_path / "p")]) == 3
    said = capsys.readouterr()
    assert "No space left on device" in said.err and "free some space" in said.err


def test_run_whose_reader_went_away_says_so(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_terminal: Terminal, _line: str, _style: str = "") -> None:
        raise BrokenPipeError

    monkeypatch.setattr(Terminal, "print", gone)
    monkeypatch.setattr("pipeline.run.runner.connect", lambda *_given: gone(Terminal(), ""))
    assert main(["--batch", str(folder)]) == 3
    said = capsys.readouterr().err
    assert "went away" in said and "Traceback" not in said and "do:" in said
