"""What a user does by hand where a phone's app would: Paddle and Paddle-Lite in a plain container."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from docker import DockerClient

from support.ended import Ended
from support.patience import PATIENCE
from support.tar import pack

FOLDER = PurePosixPath("/tmp/byhand")

#: Runs a ``.nb`` on one seeded image and prints what is in its output.
RUN_LITE = """
import sys
import numpy as np
from paddlelite.lite import MobileConfig, create_paddle_predictor

config = MobileConfig()
config.set_model_from_file(sys.argv[1])
predictor = create_paddle_predictor(config)
image = np.random.default_rng(1).uniform(-1, 1, (1, 3, 48, 320)).astype(np.float32)
predictor.get_input(0).from_numpy(image)
predictor.run()
print("sum", float(np.abs(np.array(predictor.get_output(0).numpy())).sum()))
"""


def python(client: DockerClient, image: str, code: str, *files: Path) -> Ended:
    """Run ``python -c CODE FILE…`` in a container of the image, without network."""
    there = {FOLDER / path.name: path for path in files}
    container = client.containers.create(
        image,
        ["-c", code, *map(str, there)],
        entrypoint=["python"],
        network_mode="none",
        environment={"OMP_NUM_THREADS": "2"},
        labels={"paddock.test": "byhand"},
    )
    try:
        container.put_archive("/", pack(there))
        container.start()
        ended = int(container.wait(timeout=PATIENCE)["StatusCode"])
        return Ended(ended, container.logs().decode("utf-8", "replace"))
    finally:
        container.remove(force=True, v=True)
