"""An engine's images where every pull comes to one fault, or to none."""

from collections.abc import Iterator

from pipeline.engine.images import ImageInfo, PullStep
from pipeline.errors import EngineError


class FakeImages:
    """An engine with some images, and a registry that answers every pull with one fault."""

    def __init__(self, *present: str, fault: EngineError | None = None) -> None:
        self.present, self.fault = list(present), fault
        self.pulled: list[str] = []

    def find(self, reference: str) -> ImageInfo | None:
        if reference not in self.present:
            return None
        return ImageInfo("sha256:1", (reference,), (), (), {}, 1, "")

    def pull(self, reference: str) -> Iterator[PullStep]:
        self.pulled.append(reference)
        if self.fault:
            raise self.fault
        yield PullStep("layer", "Downloading", 1, 2)
