"""A model file that was changed after it was measured: it loads, and computes something else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from pipeline.compose.file import Compose
from stages.pitfalls import Pitfall
from support import byhand
from support.cli import paddock
from support.runs import check_clean_refusal, run
from support.vandal import damaged, flipped

pytestmark = [pytest.mark.docker, pytest.mark.images]

#: Among the weights.
MIDDLE = 0.5


@pytest.fixture
def nb(official: Path) -> Iterator[Path]:
    """The delivered x86 file with one bit changed."""
    assert run(official).code == 0
    path = official / "out" / "model_x86.nb"
    with damaged(path, flipped(MIDDLE)):
        yield path


def test_by_hand_the_runtime_loads_it(client: DockerClient, compose: Compose, nb: Path) -> None:
    done = byhand.python(client, compose.images["verify"].image, byhand.RUN_LITE, nb)
    assert done.code == 0 and "sum " in done.log, done.log
    assert "checksum" not in done.log and "corrupt" not in done.log


def test_paddock_names_it_in_the_audit_and_in_the_next_run(official: Path, nb: Path) -> None:
    done = paddock("audit", official, environ={})
    assert done.returncode == 5
    assert "out/model_x86.nb was changed" in done.stdout
    assert str(Pitfall.CHANGED_ARTIFACT) in done.stdout
    again = run(official)
    check_clean_refusal(again, 5, "model_x86.nb", "SHA-256")
    assert again.of("run-failed")[0]["pitfall"] == str(Pitfall.CHANGED_ARTIFACT)
