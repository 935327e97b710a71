"""Whether the engine can give a container the GPUs that a project asks for."""

from __future__ import annotations

import secrets

from pipeline.engine.connection import Engine
from pipeline.engine.containers import Job, Sink
from pipeline.plan.stages import STAGES
from pipeline.plan.stages.train import ON_GPU
from pipeline.plan.workspace import Workspace


def refuse_lacking_gpus(engine: Engine, workspace: Workspace, count: int) -> None:
    """Have the engine give so many GPUs to a container that does nothing: nothing else tells that it can.

    The container is of any image that is there: to build the one for GPUs takes long, and is in vain without
    a GPU.

    Raises:
        EngineError: the container toolkit, the driver or a GPU is missing.
    """
    services = workspace.compose.services
    found = (engine.images.find(services[name].image) for name in (ON_GPU, *STAGES))
    image = next((each for each in found if each is not None), None)
    if image is None:
        return  # that images are missing is said elsewhere
    job = Job(
        service=services[ON_GPU].model_copy(update={"volumes": ()}),
        image=image.id,
        name=f"paddock-{workspace.identity}-gpu-{secrets.token_hex(4)}",
        command=(),
        volumes={},
        labels=workspace.labels,
        entrypoint=("true",),
        devices=count,
    )
    engine.containers.run(job, {}, Sink(lambda _said: None, lambda _said: None), lambda: 0)
