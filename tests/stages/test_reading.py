"""Images of one's own, read by every model of a run: each says what it reads, or why it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from stages.contract.reading import Reading, Readings
from support.falsify import with_tensor
from support.legacy import alphanumeric_model, context, draw, new_folder
from support.small import converted

#: The classifier's weights.
CLASSIFIER = "linear_8.w_0"


def read(own: Path, **changed: Path) -> Readings:
    """Run the command on the alphanumeric model, with other files in the place of some."""
    model, output = alphanumeric_model(), converted().output
    files: dict[str, Path] = {
        "pdmodel": model.pdmodel,
        "pdiparams": model.pdiparams,
        "checkpoint": model.checkpoint,
        "config": model.config,
        "dict": model.dictionary,
        "nb-arm": output / "model_arm.nb",
        "nb-x86": output / "model_x86.nb",
        "own": own,
        **changed,
    }
    parameters = {"image_shape": [3, 48, 160], "use_space_char": False}
    spec = context("verify", new_folder(), files, parameters).spec
    command = [sys.executable, "-m", "stages.reading", spec.dump()]
    done = subprocess.run(command, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")[-3000:]
    return Readings.from_json(done.stdout)


def test_every_model_says_what_it_reads_or_why_it_does_not(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    for number, text in (("1", "AB12"), ("10", "X9")):
        draw(own / f"{number}.png", text)
        (own / f"{number}.png").rename(own / number)
    (own / "2").write_bytes(b"no image")
    damaged = tmp_path / "damaged.nb"
    damaged.write_bytes((converted().output / "model_arm.nb").read_bytes()[:5000])
    found = read(own, **{"nb-arm": damaged})
    assert [item.image for item in found.images] == ["1", "2", "10"]
    first, broken, last = found.images
    assert broken.readings == () and "not an image" in broken.why
    for item in (first, last):
        by_model = {reading.model: reading for reading in item.readings}
        assert list(by_model) == ["checkpoint", "pd", "nb-x86", "nb-arm"]
        texts = {reading.found for reading in item.readings if not reading.why}
        assert len(texts) == 1 and not item.parting
        assert all(_is_whole(by_model[name]) for name in ("checkpoint", "pd", "nb-x86"))
        assert by_model["nb-arm"].why and by_model["nb-arm"].score is None


def test_an_emulated_file_has_no_time_and_one_that_reads_otherwise_parts(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    draw(own / "1.png", "AB12")
    (own / "1.png").rename(own / "1")

    x86 = converted().output / "model_x86.nb"
    wrong = with_tensor(x86, tmp_path / "x86.nb", CLASSIFIER, lambda value: value[:, ::-1])
    (item,) = read(own, **{"nb-x86": wrong}).images
    by_model = {reading.model: reading for reading in item.readings}
    assert item.parting
    assert by_model["nb-x86"].found != by_model["pd"].found == by_model["nb-arm"].found
    assert by_model["nb-arm"].emulated and by_model["nb-arm"].milliseconds is None
    assert by_model["nb-arm"].score is not None


def _is_whole(reading: Reading) -> bool:
    return bool(reading.score and 0 < reading.score <= 1 and reading.milliseconds)
