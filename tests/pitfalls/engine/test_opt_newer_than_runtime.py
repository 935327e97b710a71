"""The app's Paddle-Lite is older than the opt that made the file: it warns in a log nobody reads."""

from pathlib import Path

import pytest
from docker import DockerClient

from pipeline.compose.file import Compose
from stages.pitfalls import Pitfall
from support import byhand
from support.nb import with_opt_version
from support.runs import changed, check_clean_refusal, run

pytestmark = [pytest.mark.docker, pytest.mark.images]


def test_by_hand_the_runtime_loads_a_newer_file_and_goes_on(
    client: DockerClient, compose: Compose, official: Path, tmp_path: Path
) -> None:
    assert run(official).code == 0
    newer = with_opt_version(official / "out/model_x86.nb", tmp_path / "newer.nb", "v2.14-rc")
    done = byhand.python(client, compose.images["verify"].image, byhand.RUN_LITE, newer)
    assert done.code == 0 and "sum " in done.log
    assert "version of opt:v2.14-rc" in done.log, "a warning, and nothing else"


def test_paddock_compares_it_with_the_app_s_runtime(official: Path) -> None:
    assert run(official).code == 0
    with changed(official, "[convert]", '[verify]\nruntime = "2.12"\n\n[convert]'):
        done = run(official)
    check_clean_refusal(done, 5, "2.13", "2.12", "verify.runtime")
    assert done.of("run-failed")[0]["pitfall"] == str(Pitfall.OPT_NEWER_THAN_RUNTIME)
    with changed(official, "[convert]", '[verify]\nruntime = "2.14"\n\n[convert]'):
        assert run(official).code == 0
