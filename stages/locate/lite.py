"""What Paddle-Lite computes on the way through a ``.nb`` file that runs here, operator by operator."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stages.lite.naive_buffer import NaiveBuffer, Operator
from stages.locate.cut import cut
from stages.runners import ModelRunner, RunnerFailedError


class LiteValues:
    """The results of a file's operators; each that is asked for is a run in a process of its own."""

    def __init__(self, nb: NaiveBuffer, image: np.ndarray, folder: Path) -> None:
        """Look at ``nb``, of one block, on one prepared image; ``folder`` is for files of its own."""
        self._nb, self._image, self._file = nb, image, folder / "cut.nb"
        self._data = nb.path.read_bytes()
        self._numbers = {id(item): number for number, item in enumerate(nb.operators)}
        self._known: dict[tuple[int, str], np.ndarray | None] = {}

    def value(self, operator: Operator, name: str) -> np.ndarray | None:
        """Return what an operator makes of the variable ``name`` of the file; None if it dies."""
        number = self._numbers[id(operator)]
        if (number, name) not in self._known:
            data = cut(self._data, self._nb.head.program_size, number, name)
            self._file.write_bytes(data)
            self._known[number, name] = self._run()
        return self._known[number, name]

    def _run(self) -> np.ndarray | None:
        with ModelRunner("nb", [str(self._file)]) as runner:
            try:
                runner.wait_ready()
                return runner.whole(self._image)
            except RunnerFailedError:
                return None
