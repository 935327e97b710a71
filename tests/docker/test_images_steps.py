"""What builds throw away is known by a label, and goes when a later build has made it anew."""

import math
import time
from pathlib import Path

import pytest
from docker import DockerClient

from pipeline.engine.images import STEP_LABEL, Images
from support.tiny import Workshop, import_tiny, remove

pytestmark = pytest.mark.docker

DOCKERFILE = """
ARG PYTHON_BASE
FROM ${{PYTHON_BASE}} AS shared
FROM shared AS {step}
COPY images/base/word /out/word
FROM ${{PYTHON_BASE}}
COPY --from={step} /out/ /
"""


def test_a_step_that_was_made_anew_goes_and_the_newest_stays(
    client: DockerClient, images: Images, shop: Workshop, tmp_path: Path
) -> None:
    step = shop.tag.partition(":")[0]
    base = f"{step}-root:1"
    import_tiny(images, tmp_path, base, "root")

    def steps() -> set[str]:
        wanted = {"dangling": True, "label": f"{STEP_LABEL}={step}"}
        return {str(image.id) for image in client.images.list(filters=wanted)}

    try:
        left: list[set[str]] = []
        for word in ("one", "two"):
            shop.write("images/base/Dockerfile", DOCKERFILE.format(step=step))
            shop.write("images/base/word", word)
            shop.build({}, PYTHON_BASE=base)
            left.append(steps())
            time.sleep(1.1)  # an engine tells their ages in seconds
        assert [len(ids) for ids in left] == [1, 2]
        assert STEP_LABEL not in images.get(shop.tag).labels
        images.remove_old_steps(0)  # a build that goes on may be theirs
        assert steps() == left[1]
        assert images.remove_old_steps(math.inf) >= 1
        assert steps() == left[1] - left[0]
    finally:
        remove(images, shop.tag)
        for image in steps():
            remove(images, image)
        remove(images, base)
