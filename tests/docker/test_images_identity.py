"""What an image is known by: the same on every engine, and changed by its own stage's code alone."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.compose.file import REPOSITORY, Compose
from pipeline.engine.images import Images
from pipeline.plan.stages import STAGES
from stages.contract import stage_key
from support.tiny import build_renamed, remove

pytestmark = [pytest.mark.docker, pytest.mark.images]


@pytest.fixture
def tags(images: Images) -> Iterator[dict[str, str]]:
    """Names of its own for each stage's image."""
    mark = uuid.uuid4().hex[:12]
    names = {stage: f"paddock-test-{stage}-{mark}:1" for stage in STAGES}
    yield names
    for name in names.values():
        remove(images, name)


def test_a_word_in_verify_changes_no_other_stages_image(
    images: Images, compose: Compose, tags: dict[str, str], tmp_path: Path
) -> None:
    for folder in ("images", "stages"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder)
    path = tmp_path / "stages" / "verify.py"
    path.write_text(path.read_text().replace('"""', '"""In other words: ', 1))
    before = {stage: images.get(compose.images[stage].image).identity for stage in STAGES}
    after = build_renamed(images, compose, tags, tmp_path)
    changed = [
        stage
        for stage in STAGES
        if stage_key(stage, before[stage], {}, {}) != stage_key(stage, after[stage], {}, {})
    ]
    assert changed == ["verify"]
