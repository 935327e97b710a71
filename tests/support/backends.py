"""Engines as they are on other people's machines: absent, without images, failing, slow."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pipeline.errors import EngineError
from pipeline.images.events import BuildEvent, ImageFinished, ImageStarted, LogLine
from pipeline.images.listing import ImageStatus
from pipeline.machine.doctor import Finding
from support.projects import MINIMAL, write_project
from support.screen import CalmBackend

ENGINE_OK = Finding("engine", "ok", "20.10, overlay2, at unix:///run/docker.sock")
NO_ENGINE = Finding(
    "engine", "problem", "no engine answers [unix:///x]", "start it: scripts/engine"
)
NO_IMAGES = Finding("images", "problem", "missing: data, train", "make them: paddock images build")
IMAGES_OK = Finding("images", "ok", "all 5 stage images are there")


class FaultyBackend(CalmBackend):
    """An engine with faults that a test sets; nothing of it is real but the folder."""

    def __init__(
        self, folder: Path, findings: Sequence[Finding] = (ENGINE_OK, IMAGES_OK), images: int = 7
    ) -> None:
        super().__init__(folder)
        self.findings = tuple(findings)
        self.present = images
        self.error: Exception | None = None
        self.on_disk: Finding | None = None
        self.build_error: Exception | None = None
        self.script: list[BuildEvent] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.builds = 0
        self.examined = 0
        self.cleaned = 0

    def examine(self) -> Iterator[Finding]:
        """Give what the test set."""
        self.examined += 1
        yield from self.findings

    def list_images(self) -> list[ImageStatus]:
        """List all images; those behind ``present`` are missing."""
        if self.error:
            raise self.error
        names = self.image_names()
        return [
            ImageStatus(name, name, f"sha256:{number:064x}", 10**9, "", "python:3.10")
            if number < self.present
            else ImageStatus(name, name, "", 0, "", "")
            for number, name in enumerate(names)
        ]

    def disk(self) -> Finding:
        """Say what the test set, if it did."""
        if self.on_disk is None:
            raise EngineError("nothing is known of the disk")
        return self.on_disk

    def build_images(self, report: Callable[[BuildEvent], None]) -> None:
        """Say what is in ``script``, wait to be let go on, then end as ``error`` says."""
        self.builds += 1
        for event in self.script:
            report(event)
        assert self.go_on.wait(20)
        if self.build_error:
            raise self.build_error
        names = self.image_names()
        for number, name in enumerate(names, 1):
            report(ImageStarted(name, number, len(names)))
            report(LogLine(name, f"made {name}"))
            report(ImageFinished(name, f"sha256:{number:064x}", 10**9, 1.5, number == 1))
        self.present, self.findings = len(names), (ENGINE_OK, IMAGES_OK)

    def make_example(
        self, name: str, folder: Path, say: Callable[[str], None], stop: Callable[[], int]
    ) -> None:
        """Write a small project, after waiting for ``go_on`` or the order to stop."""
        say(f"fetching {name}")
        while not self.go_on.wait(0.02):
            if stop():
                raise EngineError("drawing the example failed: stopped")
        if self.error:
            raise self.error
        write_project(folder, MINIMAL)

    def clean(self) -> list[str]:
        """Count."""
        self.cleaned += 1
        if self.error:
            raise self.error
        return ["paddock-p-train"]
