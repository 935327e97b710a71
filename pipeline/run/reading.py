"""What every model of a run makes of images of one's own: asked of the verify image.

``stages/reading`` is what runs in it, and it sees both volumes read-only. The images go into the inputs
volume as data, under numbers, for as long as it takes: no name of theirs reaches a container.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.engine.volumes import VolumeClient
from pipeline.errors import EngineError, PaddockError, UsageError
from pipeline.machine.reclaim import remove_paths
from pipeline.plan.inputs import FromStage, Upload
from pipeline.plan.stages.verify import SPEC
from pipeline.plan.wiring import Wire
from pipeline.project import Project
from pipeline.record.runlock import LOCK_NAME, run_lock
from pipeline.run.connect import connect
from pipeline.run.execution import inputs_of
from pipeline.run.made import read_made
from pipeline.run.options import StopSwitch
from pipeline.run.prepare import Prepared, prepare
from pipeline.text import nearest, one_line
from stages.contract import DocumentError, Result, Spec
from stages.contract.artifacts import labels_file
from stages.contract.reading import Readings
from stages.files import sha256_of
from stages.message import msg
from stages.text.labels import Label, parse_labels

#: Whose image it runs in, and what of its inputs is no model.
STAGE = SPEC.name
_NO_MODEL = ("test", "test_labels", "pretrained")
_COMMAND = ("python", "-m", "stages.reading")
#: Images that are read at once, and how large a file of one may be.
MOST_IMAGES, MOST_BYTES = 100, 64 << 20


@dataclass(frozen=True)
class OwnImage:
    """An image as it was asked for: its name for people, its file, and its label if it has one."""

    name: str
    path: Path
    label: str | None = None


def read_images(
    project: Project,
    environ: Mapping[str, str],
    say: Callable[[str], None],
    stop: StopSwitch,
    files: Sequence[Path] = (),
    tests: Sequence[str] = (),
) -> Readings:
    """Let the models that a run would take now read images, whether the run passed or failed.

    Args:
        project: whose models.
        environ: where the engine is looked up.
        say: told in a sentence what goes on.
        stop: polled all the time.
        files: of images.
        tests: images of the test set, by the number of their line (from 1) or as their label names them.

    Raises:
        UsageError: a run goes on, nothing was made yet, an image is not there, or there are too many.
        PaddockError: no engine, or the container failed.
        Interrupted: it was stopped.
    """
    own = [OwnImage(str(path), path) for path in files]
    _check(own)
    if not 0 < len(files) + len(tests) <= MOST_IMAGES:
        raise UsageError(msg("give between 1 and {most} images", MOST_IMAGES))
    with run_lock(project.state / LOCK_NAME):
        prepared = prepare(connect(project, environ), frozenset(), say)
        steps = prepared.planner.plan()
        results = {step.stage: step.entry.result for step in steps if step.entry}
        wire = _models_only(prepared)
        if lacking := _lacking(wire, results):
            raise UsageError(
                msg("there are no models to read with: {stage} has no result", lacking),
                remedy=msg("run first: paddock --batch"),
            )
        if tests:
            with prepared.place.volumes() as volumes:
                own += _test_images(project, volumes, results, tests)
            _check(own)
        upload = _upload(own)
        try:
            with prepared.place.volumes() as volumes:
                volumes.put_tree(upload.folder, upload.files, upload.manifest)
            say(msg("images that every model reads: {count}", len(own)))
            return _named(_ask(prepared, wire, results, upload, stop), own)
        except PaddockError:
            stop.check()
            raise
        finally:  # they are nobody's input: no run would ever let go of them
            place = prepared.place
            with suppress(EngineError):
                remove_paths(place.engine, place.workspace, [upload.folder])


def _models_only(prepared: Prepared) -> Wire:
    """Return verify's wire without what is no model: the test set may be large."""
    wire = next(wire for wire in prepared.planner.wires if wire.stage == STAGE)
    kept = {
        name: source
        for name, source in wire.inputs.items()
        if name not in _NO_MODEL and not name.startswith("reader-")
    }
    return replace(wire, inputs=kept)


def _lacking(wire: Wire, results: Mapping[str, Result]) -> str:
    """Return a stage that has not made yet what is needed of it; "" if there is none."""
    makers = (source.stage for source in wire.inputs.values() if isinstance(source, FromStage))
    return next((stage for stage in makers if stage not in results), "")


def _check(own: Sequence[OwnImage]) -> None:
    for image in own:
        if not image.path.is_file():
            raise UsageError(msg("there is no image {name}", one_line(image.name)), str(image.path))
        if image.path.stat().st_size > MOST_BYTES:
            raise UsageError(
                msg("{name} is larger than {most} MB", one_line(image.name), MOST_BYTES >> 20),
                str(image.path),
            )


def _test_images(
    project: Project, volumes: VolumeClient, results: Mapping[str, Result], tests: Sequence[str]
) -> list[OwnImage]:
    """Find images in the test set as the data stage left it."""
    data = results["data"]
    made = data.artifact(labels_file("test"))
    read = read_made(volumes, data.stage, data.key, made.path, made.sha256)
    labels = [item for item in parse_labels(read) if isinstance(item, Label)]
    by_name = {label.image: label for label in labels}
    numbered = {str(number): label for number, label in enumerate(labels, 1)}
    found = []
    for asked in tests:
        label = by_name.get(asked) or numbered.get(asked)
        if label is None:
            hint = nearest(asked, [*by_name]) if by_name else ""
            raise UsageError(
                msg("{name} is not an image of the test set{hint}", one_line(repr(asked)), hint),
                remedy=msg(
                    "give a number from 1 to {count}, or the name in the label file", len(labels)
                ),
            )
        found.append(OwnImage(label.image, project.data_root / label.image, label.text))
    return found


def _upload(own: Sequence[OwnImage]) -> Upload:
    files = {str(number): image.path for number, image in enumerate(own, 1)}
    lines = [f"{sha256_of(files[name])[1]}  {name}\n" for name in sorted(files)]
    return Upload(files, "".join(lines), msg("images to be read"))


def _ask(
    prepared: Prepared,
    wire: Wire,
    results: Mapping[str, Result],
    upload: Upload,
    stop: StopSwitch,
) -> Readings:
    inputs = (*inputs_of(wire, results), upload.as_tree("own"))
    kernels = prepared.planner.surroundings.kernels
    spec = Spec(STAGE, "", "", dict(wire.parameters), inputs, kernels=kernels)
    what = msg("reading images")
    printed = prepared.place.ask(what, (*_COMMAND, spec.dump()), stop, STAGE)
    try:
        return Readings.from_json(printed)
    except DocumentError as error:
        raise PaddockError(
            msg("the verify image says what models read in another way: {error}", error),
            remedy=msg("build the images again: paddock images build"),
        ) from error


def _named(found: Readings, own: Sequence[OwnImage]) -> Readings:
    """Return the readings with the images' own names and labels.

    Raises:
        PaddockError: they are not of these images.
    """
    by_number = {str(number): image for number, image in enumerate(own, 1)}
    if [item.image for item in found.images] != [*by_number]:
        raise PaddockError(msg("the verify image says what it read of other images"))
    return replace(
        found,
        images=tuple(
            replace(item, image=by_number[item.image].name, label=by_number[item.image].label)
            for item in found.images
        ),
    )
