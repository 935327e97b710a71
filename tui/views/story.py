"""What became of a stage, in a line: what it found, made or proved, from what it left itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.cells import cell_len

from pipeline.text import human_size, one_line
from stages.contract import (
    ConvertMetrics,
    DataMetrics,
    ExportMetrics,
    QuantizeMetrics,
    TrainMetrics,
    VerifyMetrics,
)
from stages.contract.codec import DocumentError
from stages.contract.variant import Variant, is_lossy
from tui.appearance import symbol
from tui.language import _, ngettext, translated
from tui.views.run import StageView

Parts = Iterator[str]


def story(stage: StageView) -> tuple[str, ...]:
    """Return what became of a stage, in parts, what matters most first; nothing while it has no end.

    A record that an earlier version left, or that was damaged, tells nothing.
    """
    if stage.state == "skipped":
        return (one_line(translated(stage.reason)),)
    if stage.state == "failed" and stage.failure:
        return (one_line(translated(stage.failure).partition("\n")[0]),)
    if stage.state in ("failed", "stopped"):
        return tuple(_where_it_ended(stage))
    if stage.state not in ("done", "cached") or stage.name not in _TELL:
        return ()
    try:
        return tuple(_TELL[stage.name](stage))
    except DocumentError:
        return ()


def told(parts: tuple[str, ...], width: int) -> str:
    """Return as many of the parts as fit into ``width`` cells whole; of the first one at least a piece."""
    line = parts[0] if parts else ""
    for part in parts[1:]:
        if cell_len(f"{line}, {part}") > width:
            break
        line = f"{line}, {part}"
    return line


def _where_it_ended(stage: StageView) -> Parts:
    if stage.progress and stage.progress.total:
        done, total = f"{stage.progress.done:g}", f"{stage.progress.total:g}"
        unit = one_line(translated(stage.progress.unit))
        yield _("ended at {done} of {total} {unit}").format(done=done, total=total, unit=unit)
        if stage.progress.note:
            yield one_line(translated(stage.progress.note))


def _data(stage: StageView) -> Parts:
    metrics = DataMetrics.from_json(stage.results)
    images = sum(metrics.lines.values())
    if metrics.boxes is not None:
        yield ngettext("{count} page", "{count} pages", images).format(count=images)
        boxes = sum(metrics.boxes.values())
        yield ngettext("{count} text box", "{count} text boxes", boxes).format(count=boxes)
        return
    yield ngettext("{count} line", "{count} lines", images).format(count=images)
    if metrics.characters is not None:
        characters = ngettext("{count} character", "{count} characters", metrics.characters)
        yield characters.format(count=metrics.characters)
    for turned, count in (metrics.orientations or {}).items():
        yield _("{count} turned by {degrees}").format(count=count, degrees=turned)


def _train(stage: StageView) -> Parts:
    metrics = TrainMetrics.from_json(stage.results)
    accuracy = f"{metrics.accuracy:.2%}"
    if metrics.best_epoch == 0:
        yield _("{accuracy}, no epoch was better").format(accuracy=accuracy)
    else:
        said = _("{accuracy} at epoch {best} of {epochs}")
        yield said.format(accuracy=accuracy, best=metrics.best_epoch, epochs=metrics.epochs)
    if metrics.epochs_run < metrics.epochs:
        yield _("stopped early at epoch {epoch}").format(epoch=metrics.epochs_run)


def _export(stage: StageView) -> Parts:
    metrics = ExportMetrics.from_json(stage.results)
    within = f"{metrics.max_difference:.1g}"
    if metrics.images_compared is None:
        equal = metrics.max_difference == 0
        yield (
            _("equal to the checkpoint")
            if equal
            else _("checkpoint within {difference}").format(difference=within)
        )
    elif metrics.strings_equal is not None:
        same, images = metrics.strings_equal, metrics.images_compared
        yield _("reads as PIR on {same} of {images}").format(same=same, images=images)
    else:
        yield _("PIR model within {difference}").format(difference=within)
    operators = ngettext("{count} operator", "{count} operators", metrics.operators)
    yield operators.format(count=metrics.operators)


def _quantize(stage: StageView) -> Parts:
    metrics = QuantizeMetrics.from_json(stage.results)
    for kind, tensors in metrics.tensors.items():
        told = ngettext("{kind} {count} tensor", "{kind} {count} tensors", tensors)
        yield told.format(kind=one_line(kind), count=tensors)
    if metrics.images:
        told = ngettext(
            "with {count} image of train", "with {count} images of train", metrics.images
        )
        yield told.format(count=metrics.images)


def _convert(stage: StageView) -> Parts:
    metrics = ConvertMetrics.from_json(stage.results)
    for made in stage.artifacts:
        if variant := Variant.of_file(made.path):
            yield f"{one_line(variant.name)} {human_size(made.size)}"
    before, after = metrics.operators_before, metrics.operators_after
    yield _("{count} operators").format(count=f"{before} {symbol('arrow')} {after}")


def _verify(stage: StageView) -> Parts:
    metrics = VerifyMetrics.from_json(stage.results)
    same = dict(_as_pd(metrics))
    said = _("{model} = PD on {same} of {images}")
    if len(set(same.values())) == 1:
        count = next(iter(same.values()))
        yield said.format(model="NB", same=count, images=metrics.images)
    else:
        for model, count in same.items():
            yield said.format(model=one_line(model), same=count, images=metrics.images)
    for name, scores in ((_("accuracy"), metrics.accuracy), (_("hmean"), metrics.hmean)):
        shipped = [score for model, score in (scores or {}).items() if Variant.of_model(model)]
        if shipped:
            yield f"{name} {min(shipped):.2%}"


def _as_pd(metrics: VerifyMetrics) -> Iterator[tuple[str, int]]:
    """Give on how many images a file does as PD; of integers PD rounded does, which stands for the files."""
    for name, count in (metrics.as_pd or {}).items():
        variant = Variant.of_model(name)
        if variant is None and is_lossy(name):
            yield name, count
        elif variant and not variant.weights.are_integers:
            yield variant.name, count


#: Stage -> what it tells once it is done.
_TELL: dict[str, Callable[[StageView], Parts]] = {
    "data": _data,
    "train": _train,
    "export": _export,
    "quantize": _quantize,
    "convert": _convert,
    "verify": _verify,
}
