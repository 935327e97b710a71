"""``python -m stages``: inputs are checked, nothing is lost, and every end has a cause."""

import hashlib
import signal
from pathlib import Path

import pytest

from stages.contract import (
    ATTENDED,
    ArtifactMade,
    EnvironmentRead,
    Exit,
    Failed,
    Input,
    Metric,
    Progress,
    Spec,
    Warned,
    hash_file,
)
from stages.errors import IntegrityError
from stages.runtime import check_inputs
from support.faults import Bench
from support.patience import PATIENCE
from support.vandal import truncated


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


WORKS = """
import os, subprocess, sys
(context.output / "sub").mkdir()
(context.output / "a.txt").write_text("A")
(context.output / "sub" / "b.bin").write_bytes(b"B")
(context.scratch / "memory").write_text("not an artifact")
print('{"type": "progress"}', flush=True)
os.write(1, b"from C\\n")
subprocess.run(["echo", "from a child"])
context.progress(1, 2, "lines")
context.metric("loss", 0.5, 3)
context.warn("odd", "train.txt:1")
return {"lines": 3}
"""
FAILS = """
(context.output / "a.txt").write_text("new")
(context.scratch / "deep").mkdir()
(context.scratch / "deep" / "latest").write_text("epoch 3")
(context.output / "half").mkdir()
(context.output / "half" / "written").write_text("x")
raise StageError("bad label", "train.txt:3", "correct it")
"""


def test_stage_that_works_fails_and_goes_on(bench: Bench) -> None:
    ended = bench.run(WORKS)
    assert ended.code == Exit.OK
    assert [type(event) for event in ended.events] == [
        EnvironmentRead, Progress, Metric, Warned, ArtifactMade, ArtifactMade,
    ]  # fmt: skip
    # what libraries print is log and never an event
    assert ended.stderr == b'{"type": "progress"}\nfrom C\nfrom a child\n'
    # both are in the workspace too
    assert (ended.folder / "events.jsonl").read_bytes() == ended.stdout
    assert (ended.folder / "log.txt").read_bytes() == ended.stderr
    result = ended.result
    assert [item.path for item in result.artifacts] == ["a.txt", "sub/b.bin"]
    assert result.artifact("a.txt").sha256 == hash_file(bench.output / "a.txt").sha256
    assert result.metrics == {"lines": 3} and result.environment["python"].startswith("3.")
    assert not bench.partial.exists() and not (bench.output / ".work").exists()

    ended = bench.run(FAILS)  # its error is an event, and its trace is in the log
    assert ended.code == Exit.STAGE
    assert ended.events[-1] == Failed(3, "bad label", "train.txt:3", "correct it")
    assert b"Traceback" in ended.stderr
    # the earlier result stays, and what can be resumed from
    assert (bench.output / "a.txt").read_text() == "A"
    assert (bench.partial / ".work" / "deep" / "latest").read_text() == "epoch 3"

    ended = bench.run("return {'found': (context.scratch / 'deep' / 'latest').read_text()}")
    assert ended.result.metrics == {"found": "epoch 3"}
    assert ended.result.artifacts == ()  # all other leftovers are gone
    assert sorted(path.name for path in bench.output.iterdir()) == ["result.json"]


@pytest.mark.parametrize(
    ("mode", "environment", "threads"),
    [("full", "", "3"), ("full", "2", "2"), ("frozen", "", "1"), ("frozen", "2", "1")],
)
def test_training_on_frozen_features_has_one_thread_whatever_is_asked_for(
    bench: Bench, mode: str, environment: str, threads: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its key has no number of threads, so they may not share out a sum."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if environment:
        monkeypatch.setenv("OMP_NUM_THREADS", environment)
    asked = Spec("data", "KEY", str(bench.output), {"mode": mode}, threads=3)
    body = 'import os\nreturn {"threads": os.environ["OMP_NUM_THREADS"]}'
    ended = bench.finish(bench.start(body, spec=asked.dump().encode()))
    assert ended.result.metrics == {"threads": threads}


def test_changed_file_is_refused_with_both_hashes(bench: Bench) -> None:
    given = bench.file("inference.pdmodel", b"program")
    Path(given.path).write_bytes(b"another")
    ended = bench.run(inputs=(given,))
    failed = ended.failure
    assert ended.code == Exit.INTEGRITY and failed.code == Exit.INTEGRITY
    found = hashlib.sha256(b"another").hexdigest()
    assert failed.message == (
        "inference.pdmodel is not the file that train made: "
        f"expected SHA-256 {given.sha256}, found {found}"
    )
    assert failed.where == given.path and failed.remedy == "run again with --force train"
    assert not bench.output.exists()


def refused(*inputs: Input) -> IntegrityError:
    with pytest.raises(IntegrityError) as caught:
        check_inputs(Spec("data", "KEY", "/paddock/results/data/KEY", inputs=inputs))
    return caught.value


def test_missing_file_is_refused(bench: Bench) -> None:
    given = bench.file("inference.pdmodel", b"program")
    Path(given.path).unlink()
    assert refused(given).message == "inference.pdmodel is missing"


@pytest.mark.parametrize("change", ["content", "missing", "manifest"])
def test_changed_tree_is_refused_by_file(bench: Bench, change: str) -> None:
    tree = bench.tree({"test.txt": b"a.png\tAB\n", "a.png": b"image"})
    victim = Path(tree.path) / ("MANIFEST" if change == "manifest" else "a.png")
    if change == "missing":
        victim.unlink()
    else:
        victim.write_bytes(b"changed")
    failed = refused(tree)
    assert failed.message.startswith(victim.name) and failed.where == str(victim)


def test_untouched_inputs_are_accepted(bench: Bench) -> None:
    tree = bench.tree({"test.txt": b"a.png\tAB\n", "sub/a b.png": b"image"})
    file = bench.file("dict.txt", b"A\n")
    ended = bench.run(
        "assert context.has('test') and not context.has('val')\n"
        "return {'bytes': len(context.input('dict.txt').read_bytes())}",
        inputs=(tree, file),
    )
    assert ended.code == Exit.OK and ended.result.metrics == {"bytes": 2}


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        ("ValueError('\\x1b[31m\\n\\ud800')", Exit.STAGE, "ValueError: \x1b[31m\n\ud800"),
        ("IntegrityError('two dictionaries')", Exit.INTEGRITY, "two dictionaries"),
    ],
    ids=["a library's", "its own"],
)
def test_whatever_is_raised_is_an_event(bench: Bench, raised: str, code: Exit, said: str) -> None:
    ended = bench.run(f"raise {raised}")
    assert (ended.code, ended.failure.message) == (code, said)


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGKILL"])
def test_death_by_signal_is_an_event(bench: Bench, name: str) -> None:
    ended = bench.run(f"import os, signal\nos.kill(os.getpid(), signal.{name})")
    failed = ended.failure
    assert ended.code == Exit.STAGE
    assert failed.message == f"the data stage was killed by {name}"
    assert ("limits.memory" in failed.remedy) == (name == "SIGKILL")
    assert (ended.folder / "events.jsonl").read_bytes() == ended.stdout


def test_sigterm_lets_the_stage_save_and_end(bench: Bench) -> None:
    process = bench.start(
        "import time\n"
        "context.progress(0, 1, 'epochs')\n"
        "while not context.stopping:\n"
        "    time.sleep(0.01)\n"
        "(context.scratch / 'latest').write_text('saved')\n"
        "context.check_stop()\n"
    )
    assert process.stdout is not None
    assert any(b"epochs" in line for line in iter(process.stdout.readline, b""))
    process.send_signal(signal.SIGTERM)
    ended = bench.finish(process)
    assert ended.code == Exit.TERMINATED
    assert (bench.partial / ".work" / "latest").read_text() == "saved"
    assert not bench.output.exists()


def test_full_disk_does_not_block_the_stage(bench: Bench) -> None:
    bench.run_folder.joinpath("log.txt").symlink_to("/dev/full")
    ended = bench.run("print('x' * 1_000_000)\nreturn {}")
    assert ended.code == Exit.OK and len(ended.stderr) == 1_000_001


def test_full_workspace_gets_back_what_was_written_but_for_what_can_be_resumed_from(
    bench: Bench,
) -> None:
    ended = bench.run(
        """
        (context.output / "much").write_text("x")
        (context.scratch / "latest").write_text("saved")
        raise OSError(28, "No space left on device", "much")
        """
    )
    failed = ended.failure
    assert ended.code == Exit.STAGE
    assert failed.message == "no space left in the workspace" and "free space" in failed.remedy
    assert [path.name for path in bench.partial.iterdir()] == [".work"]


def test_a_stage_that_nobody_attends_to_any_more_stops(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine closes stdin when the connection of whoever started the stage ends."""
    monkeypatch.setenv(ATTENDED, "1")
    process = bench.start(
        """
        import time
        context.progress(1, 2, "epochs")
        while True:
            context.check_stop()
            time.sleep(0.01)
        """,
        attended=True,
    )
    assert process.stdout is not None and process.stdin is not None
    assert any(b"epochs" in line for line in iter(process.stdout.readline, b""))
    process.stdin.close()
    assert process.wait(PATIENCE) == Exit.TERMINATED


def test_a_spec_that_was_cut_short_is_told_with_its_name(bench: Bench) -> None:
    spec = bench.run_folder / "spec.json"
    bench.start("return {}").wait(PATIENCE)
    process = bench.start("return {}", spec=truncated(spec.read_bytes()))
    ended = bench.finish(process)
    failed = ended.failure
    assert ended.code == Exit.INTEGRITY
    assert failed.where == str(spec) and "same command again" in failed.remedy


def test_spec_of_another_stage_is_refused(bench: Bench) -> None:
    ended = bench.run(stage="train")
    assert ended.code == Exit.STAGE
    assert ended.failure.message == "the spec is for 'train', not 'data'"
