"""At which operator, and in which layer, NB models part from the PD model: asked of the verify image.

``stages/locate`` is what runs in it, and it sees both volumes read-only.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence

from pipeline.errors import PaddockError, UsageError
from pipeline.plan.inputs import FromProject
from pipeline.plan.stages.verify import SPEC
from pipeline.project import Project
from pipeline.record.runlock import LOCK_NAME, run_lock
from pipeline.record.runs import run_folder
from pipeline.report.model import Report, read_report
from pipeline.run.connect import connect
from pipeline.run.execution import inputs_of, made_input
from pipeline.run.options import StopSwitch
from pipeline.run.place import Stop
from pipeline.run.prepare import Prepared, prepare
from pipeline.text import one_line
from stages.contract import DocumentError, Input, Location, Result, Spec
from stages.contract.artifacts import LITE_PARAMETERS, LITE_PROGRAM
from stages.contract.variant import Variant
from stages.message import msg

#: Whose image it runs in, and whose result says what is compared.
STAGE, _MADE_BY = SPEC.name, "convert"
_COMMAND = ("python", "-m", "stages.locate")


def locate(
    prepared: Prepared,
    results: Mapping[str, Result],
    stop: Stop,
    images: Sequence[str] = (),
    *,
    only_these: bool = False,
    models: Sequence[str] = (),
    patience: int = 0,
) -> Location:
    """Look for the operators.

    Args:
        prepared: the project.
        results: what its stages left.
        stop: asked how often a stop was ordered.
        images: of the test set, to be looked at first.
        only_these: whether the others are not looked at.
        models: NB models to look at; none means all, each until it differs or there are no more images.
        patience: seconds that it may take, 0 for all that it takes.

    Raises:
        PaddockError: it was stopped, took too long, or the container failed.
        EngineError: the engine refused or went away.
    """
    settings = prepared.project.settings
    wire = next(wire for wire in prepared.planner.wires if wire.stage == STAGE)
    given = settings.export.model
    parameters = {
        **wire.parameters,
        "images": list(images),
        "only_these": only_these,
        "models": list(models),
        "patience": patience,
        "tolerance": settings.verify.max_abs_diff,
        "made_elsewhere": [Variant(target).model for target in settings.convert.models],
        "architecture": given if isinstance(given, str) else "",
    }
    inputs = (*inputs_of(wire, results), *_given_to_opt(results))
    kernels = prepared.planner.surroundings.kernels
    spec = Spec(STAGE, "", "", parameters, inputs, kernels=kernels)
    what = msg("looking for the operator at which the models part")
    printed = prepared.place.ask(what, (*_COMMAND, spec.dump()), stop, STAGE)
    try:
        return Location.from_json(printed)
    except DocumentError as error:
        raise PaddockError(
            msg("the verify image says where models part in another way: {error}", error),
            remedy=msg("build the images again: paddock images build"),
        ) from error


def _given_to_opt(results: Mapping[str, Result]) -> list[Input]:
    """Return the program that ``opt`` was given, if the project's models were converted here."""
    if (made := results.get(_MADE_BY)) is None:
        return []
    files = {"lite-program": LITE_PROGRAM, "lite-parameters": LITE_PARAMETERS}
    return [made_input(name, file, made) for name, file in files.items()]


def found_before(prepared: Prepared, report: Report) -> Location | None:
    """Return what an earlier run found of the same results, so that it is not looked for again.

    With other limits, other models may have differed: what was said of those that agreed then is no answer.
    """
    keys = {stage: result.key for stage, result in report.stages.items()}
    for conclusion in reversed(prepared.planner.ledger.conclusions):
        if conclusion.stages != keys:
            continue
        earlier = read_report(run_folder(prepared.project.state, conclusion.run))
        if earlier and earlier.location and {*report.parting} <= {*earlier.parting}:
            return earlier.location
    return None


def look(
    project: Project,
    environ: Mapping[str, str],
    say: Callable[[str], None],
    stop: StopSwitch,
    images: Sequence[str] = (),
) -> Location:
    """Look for the operators in what a run would take now, whether it passed or failed.

    Args:
        project: whose models.
        environ: where the engine is looked up.
        say: told in a sentence what goes on.
        stop: polled all the time.
        images: of the test set; none means that any is looked at.

    Raises:
        UsageError: a run goes on, nothing was compared yet, or an image is not of the test set.
        PaddockError: no engine, or the container failed.
        Interrupted: it was stopped.
    """
    with run_lock(project.state / LOCK_NAME):
        prepared = prepare(connect(project, environ), frozenset(), say)
        steps = prepared.planner.plan()
        results = {step.stage: step.entry.result for step in steps if step.entry}
        if STAGE not in results:
            why = next(step.reason for step in steps if step.stage == STAGE)
            raise UsageError(
                msg("there are no compared models: {stage} has no result ({reason})", STAGE, why),
                remedy=msg("run first: paddock --batch"),
            )
        _check_images(prepared, images)
        say(msg("looking for the operator at which the models part"))
        try:
            return locate(prepared, results, stop, images, only_these=bool(images))
        except PaddockError:
            stop.check()
            raise


def _check_images(prepared: Prepared, images: Sequence[str]) -> None:
    wire = next(wire for wire in prepared.planner.wires if wire.stage == STAGE)
    source = wire.inputs["test"]
    known = source.upload.files if isinstance(source, FromProject) else {}
    for name in images:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            raise UsageError(
                msg("{image} is not an image of the test set", one_line(repr(name))),
                remedy=msg("did you mean {name}?", one_line(close[0]))
                if close
                else msg("name it as the label file does"),
            )
