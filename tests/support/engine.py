"""The fixtures of all tests that need a real engine (tests/docker, tests/pitfalls/engine)."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from pipeline.compose.file import Compose, read_compose
from pipeline.engine.connection import connect, open_engine
from pipeline.engine.images import Images
from pipeline.machine.example import Example, RenderContext, make_example
from pipeline.models.fetch import fetch_official
from pipeline.models.fetch_context import FetchContext
from support.cli import paddock
from support.once import once_for_all_workers
from support.runs import Done, Files, Site, first_lines, run
from support.tiny import Workshop, workshop
from support.tools import build_tools

#: What takes longest, started first. A worker takes two files at once and holds the second while the first
#: runs, unless these are more than two tests: behind the longest, which is one, stands a short file of two.
FIRST = (
    "test_inside.py", "test_training.py", "test_images_certificates.py", "test_second_engine.py",
    "test_integrity.py", "test_matrix.py", "test_stopping.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let pytest-xdist, which takes file after file, begin with what takes longest."""
    items.sort(key=lambda item: FIRST.index(item.path.name) if item.path.name in FIRST else 99)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud what did not run because it is known to be green."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, text in getattr(report, "user_properties", ()):
            if name == "said" and report.when == "call":
                terminalreporter.write_sep("-", str(text))


@pytest.fixture(scope="session")
def client() -> DockerClient:
    """The engine that `paddock` would use."""
    return connect(os.environ)


@pytest.fixture(scope="session")
def images(client: DockerClient) -> Images:
    return Images(client)


@pytest.fixture(scope="session")
def compose() -> Compose:
    return read_compose(os.environ)


@pytest.fixture
def shop(client: DockerClient, tmp_path: Path) -> Iterator[Workshop]:
    """Somewhere to build a tiny image with the real code."""
    with workshop(client, tmp_path / "repository") as made:
        yield made


@pytest.fixture(scope="session")
def tools(client: DockerClient, compose: Compose) -> str:
    """The image with Debian's docker-registry, docker-compose and engine."""
    return build_tools(client, compose.images["base"].image)


@pytest.fixture(scope="session")
def site(client: DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Where projects are made. At the end, what ``paddock clean --volumes`` leaves is a failure."""
    made = Site(client, tmp_path_factory.mktemp("site"))
    try:
        yield made
        for folder in made.identities:
            done = paddock("clean", "--volumes", folder, environ={})
            assert done.returncode == 0, done.stderr
        assert made.leftovers() == []
    finally:
        made.remove_everything()


@pytest.fixture(scope="session")
def lines(compose: Compose, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example's first lines: 200 to train on, 60 of each other split."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return once_for_all_workers(shared, "lines", lambda made: _draw(compose, made)) / "data"


def _draw(compose: Compose, folder: Path) -> None:
    render = RenderContext(open_engine(os.environ), compose, lambda _text: None, lambda: 0)
    make_example(Example("alphanumeric", ("--count", "200")), render, folder)
    for split in ("val", "test"):
        labels = folder / "data" / f"{split}.txt"
        labels.write_text(first_lines(labels, 60))


#: What it is measured on: all that the tests need is that the model reads most of it.
OFFICIAL_LINES = 8
#: From the official PP-OCRv4 model: the quickest way through the pipeline.
OFFICIAL = """
[project]
name = "official"

[data]
test = ["test.txt"]
dictionary = "keys.txt"
use_space_char = true
max_text_length = 25

[export]
model = "PP-OCRv4_mobile_rec"

[model]
image_shape = [3, 48, 320]

[convert]
targets = ["arm", "x86"]
fp16 = false
"""


@pytest.fixture(scope="session")
def make_official(site: Site, lines: Path) -> Callable[[str], Path]:
    """Makes a project, by name, that starts from the official PP-OCRv4 model; it has not run yet."""
    keys = fetch_official("PP-OCRv4_mobile_rec", FetchContext()) / "ppocr_keys_v1.txt"
    files: Files = {
        "data/test": lines / "test",
        "data/test.txt": first_lines(lines / "test.txt", OFFICIAL_LINES),
        "keys.txt": keys,
    }
    return lambda name: site.project(name, OFFICIAL, files)


@pytest.fixture(scope="session")
def first_run(make_official: Callable[[str], Path]) -> tuple[Path, Done]:
    """The project that the tests share, and how its first run ended, which made every result."""
    folder = make_official("official")
    done = run(folder)
    assert done.code == 0, (done.events[-3:], done.stderr)
    return folder, done


@pytest.fixture(scope="session")
def official(first_run: tuple[Path, Done]) -> Path:
    """The project that the tests share, finished."""
    return first_run[0]
