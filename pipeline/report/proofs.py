"""The tables beside that of the models: training, what was chained, dictionary, lineage, canary, guards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.report.confusions import counted, visible
from pipeline.report.kinds import share_lost
from pipeline.report.metrics import metrics_of
from pipeline.report.model import Outcome, Report, Training
from pipeline.report.training import best_step, evaluations
from pipeline.tasks import NONE
from stages.contract import Compared
from stages.message import joined, msg


@dataclass(frozen=True)
class Section:
    """A heading, the columns' titles and the rows."""

    heading: str
    titles: tuple[str, ...]
    rows: Sequence[Sequence[str]]


#: The most frequent confusions are shown.
_CONFUSIONS = 30
_EVALUATION_TITLES = (
    msg("step"),
    msg("training loss"),
    msg("validation loss"),
    msg("accuracy"),
    "NED",
    msg("learning rate"),
    "",
)
_CHAIN_TITLES = (msg("image"), msg("line"), msg("original pair"), msg("converted pair"))
_PHONE_TITLES = (
    msg("phone"),
    msg("system"),
    msg("processor"),
    msg("library"),
    msg("threads"),
    msg("read as the model"),
    "p50 ms",
    msg("load ms"),
    msg("verdict"),
)
_PLACE_TITLES = (msg("place"), msg("what"), msg("found"), msg("outcome"))
_LINEAGE_TITLES = (
    msg("from"),
    msg("to"),
    msg("tensors"),
    msg("identical"),
    msg("derived"),
    msg("by which rules"),
)
_ROUNDED_TITLES = (
    msg("kind of weights"),
    msg("layer"),
    msg("operator"),
    msg("shape"),
    msg("lost, to the nearest"),
    msg("lost"),
)
#: Of each kind of weights so many layers are shown, those that cost most.
_COSTLY = 10
_CANARY_TITLES = (msg("model"), msg("reads as its reference"), msg("reads as the official model"))
#: The symbol that stands before a guard's outcome.
MARKS: Mapping[Outcome, str] = {
    Outcome.PASSED: "✔",
    Outcome.FAILED: "✘",
    Outcome.NOT_CHECKED: "○",
    Outcome.NOT_APPLICABLE: "–",
    Outcome.NOT_REACHED: "○",
    Outcome.ENFORCED: "■",
}
_GUARD_TITLES = (msg("guard"), msg("outcome"), msg("found"), msg("pitfalls"))


def sections(report: Report) -> Iterator[Section]:
    """Give every table that the report has rows for."""
    yield from details(report)
    if rows := _guards(report):
        yield Section(msg("Guards"), _GUARD_TITLES, rows)


def details(report: Report) -> Iterator[Section]:
    """Give every table but that of the guards."""
    made = (
        Section(
            msg(
                "In more detail (times of {timed} images, {threads} threads in all)",
                report.timed,
                report.all_threads,
            ),
            ("", *(model.title for model in report.models if model.is_measured)),
            _in_detail(report),
        ),
        Section(
            msg("Characters taken for others"),
            (
                msg("label"),
                msg("read as"),
                *(model.name for model in report.models if model.is_measured),
            ),
            _confusions(report),
        ),
        Section(msg("Phones"), _PHONE_TITLES, _phones(report)),
        Section(msg("Lines that the chain reads differently"), _CHAIN_TITLES, _chain(report)),
        Section(
            msg("Dictionary"),
            _PLACE_TITLES,
            _places(report.dictionary.places if report.dictionary else ()),
        ),
        Section(msg("Preprocessing"), _PLACE_TITLES, _places(report.preprocessing)),
        Section(msg("What rounding the weights costs"), _ROUNDED_TITLES, _rounded(report)),
        Section(msg("Where the weights come from"), _LINEAGE_TITLES, _lineage(report)),
        Section(msg("Not the official model"), _CANARY_TITLES, _canary(report)),
    )
    yield from (section for section in made if section.rows)


def _in_detail(report: Report) -> list[list[str]]:
    """Return what the table of the models has no room for, a row a number."""
    models = [model for model in report.models if model.is_measured]
    rows = [
        [metric.name, *(metric.cell(model, report) for model in models)]
        for metric in metrics_of(report)
        if metric.measured and not metric.brief
    ]
    return [row for row in rows if any(cell != NONE for cell in row[1:])]


def _phones(report: Report) -> list[list[str]]:
    return [
        [
            device.title,
            device.system or NONE,
            f"{device.processor or NONE} ({device.abi})",
            device.library,
            str(device.threads),
            f"{device.same}/{device.images}",
            f"{device.latency_ms.p50:.1f}",
            f"{device.load_ms:.0f}",
            joined("; ", device.reasons) or msg("pass"),
        ]
        for device in report.devices
    ]


def _confusions(report: Report) -> list[list[str]]:
    names = [model.name for model in report.models if model.is_measured]
    found = list(counted(report).items())[:_CONFUSIONS]
    return [
        [visible(wanted), visible(read), *(str(counts[name] or NONE) for name in names)]
        for (wanted, read), counts in found
    ]


def after_training(training: Training, most: int | None = None) -> Iterator[Section]:
    """Give the table of the evaluations of training, if there was one.

    Args:
        training: the report's.
        most: so many rows at most, evenly spread; the kept one and the last are among them.
    """
    found, best = evaluations(training), best_step(training)
    stride = -(-len(found) // most) if most else 1
    chosen = [
        row
        for place, row in enumerate(found)
        if place % stride == 0 or row["step"] == best or place == len(found) - 1
    ]
    if chosen:
        yield Section(
            msg("Training"), _EVALUATION_TITLES, [_evaluation(row, best) for row in chosen]
        )


def _evaluation(row: Mapping[str, float], best: int | None) -> list[str]:
    def said(name: str, form: str) -> str:
        return format(row[name], form) if name in row else NONE

    return [
        said("step", "g"),
        said("train_loss", ".4g"),
        said("val_loss", ".4g"),
        said("val_accuracy", ".2%"),
        said("val_ned", ".4f"),
        said("learning_rate", ".2g"),
        msg("kept") if row["step"] == best else "",
    ]


def _chain(report: Report) -> list[list[str]]:
    return [
        [item.image, str(item.line), item.original, item.converted]
        for item in (report.chain.different if report.chain else ())
    ]


def _places(comparisons: Iterable[Compared]) -> list[list[str]]:
    return [[item.place, item.what, item.found or NONE, item.outcome.value] for item in comparisons]


def _rounded(report: Report) -> list[list[str]]:
    return [
        [
            kind,
            layer.weights,
            layer.operator,
            str(list(layer.shape)),
            share_lost(layer.loss_before),
            share_lost(layer.loss_after),
        ]
        for kind, rounded in report.quantisation.items()
        for layer in sorted(rounded.layers, key=lambda layer: -layer.loss_after)[:_COSTLY]
    ]


def _lineage(report: Report) -> list[list[str]]:
    return [
        [
            step.from_,
            step.to,
            *map(str, (step.tensors, step.same, step.derived)),
            ", ".join(f"{name} {count}" for name, count in step.by.items()) or NONE,
        ]
        for step in (report.lineage.steps if report.lineage else ())
    ]


def _canary(report: Report) -> list[list[str]]:
    canary = report.canary
    if canary is None:
        return []
    return [
        [
            item.model,
            f"{item.reference} {item.as_reference:.2%}",
            f"{canary.stock} {item.as_stock:.2%}",
        ]
        for item in canary.models
    ]


def _guards(report: Report) -> list[list[str]]:
    return [
        [
            guard.title,
            "! warning" if guard.is_warning else f"{MARKS[guard.outcome]} {guard.outcome.value}",
            guard.found,
            ", ".join(guard.pitfalls) or NONE,
        ]
        for guard in report.guards
    ]
