"""The numbers that a stage left, in people's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stages.message import text_of
from tui.appearance import symbol
from tui.language import N_, _, translated
from tui.views.run import StageView

#: What stages call what they count and measure -> what people call it.
_NAMES: dict[str, str] = {
    # data
    "lines": N_("lines"),
    "duplicates": N_("images that repeat another one"),
    "leaked": N_("images in two splits"),
    "characters": N_("characters"),
    "classes": N_("classes"),
    "longest_text": N_("longest text"),
    "odd_classes": N_("odd characters"),
    "lowered": N_("labels with capitals lowered"),
    "boxes": N_("text boxes"),
    "ignored": N_("boxes to leave out"),
    "orientations": N_("lines turned by"),
    "images": N_("images"),
    "turned": N_("turned by EXIF"),
    "flattened": N_("transparent in places"),
    "deep": N_("more than 8 bits a channel"),
    "frames": N_("several frames"),
    "one_colour": N_("of one colour"),
    "shape": N_("lines"),
    "widest": N_("widest at the model's height"),
    "fitting_width": N_("width that fits"),
    "texts": N_("different texts"),
    "commonest": N_("with the commonest text"),
    "squeezed": N_("wider than the model"),
    "upright": N_("higher than wide"),
    "tiny": N_("a few pixels high"),
    "placeholders": N_("marked as not read"),
    # train
    "accuracy": N_("accuracy"),
    "ned": N_("NED"),
    "best_epoch": N_("best epoch"),
    "epochs": N_("epochs asked for"),
    "epochs_run": N_("epochs run"),
    "stopped_because": N_("ended because"),
    "samples_per_s": N_("lines a second"),
    "start_val_loss": N_("validation loss before training"),
    "first_train_loss": N_("loss of the first step"),
    "start_max_difference": N_("start differs from the official model by"),
    "features": N_("backbone features"),
    "computed": N_("computed"),
    "cached": N_("taken from the cache"),
    "images_per_s": N_("images a second"),
    "learned": N_("tensors changed"),
    # export, convert
    "operators": N_("operators"),
    "parameters_compared": N_("tensors compared"),
    "max_difference": N_("largest difference"),
    "operators_replayed": N_("operators of the PIR model"),
    "images_compared": N_("images compared"),
    "strings_equal": N_("read the same"),
    "operators_before": N_("operators before"),
    "operators_after": N_("operators after"),
    "rules": N_("rewritten"),
    "needed": N_("rewritten of need"),
    "opt_version": N_("version of opt"),
    "simplified_max_difference": N_("rewriting changed the output by"),
    "given": N_("given with the project"),
    # quantize
    "tensors": N_("tensors rounded"),
    "worst": N_("costs most"),
    "worst_loss": N_("share of its energy that is lost"),
    # verify
    "hmean": N_("hmean"),
    "as_pd": N_("found as PD does"),
    # parts of a network
    "backbone": N_("backbone"),
    "neck": N_("neck"),
    "head": N_("head"),
}
_SHARES = ("accuracy", "hmean")


def results_of(stage: StageView) -> Iterator[tuple[str, str]]:
    """Give the numbers that a finished stage left, nested ones by their path."""
    results = dict(stage.results)
    totals = results.pop("parameters", None)
    if isinstance(learned := results.get("learned"), Mapping) and isinstance(totals, Mapping):
        of = _("{count} of {total}")
        results["learned"] = {
            part: of.format(count=count, total=totals.get(part, "?"))
            for part, count in learned.items()
        }
    yield from _flat("", results, is_share=False)


def _flat(prefix: str, values: Mapping[str, Any], *, is_share: bool) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        name, share = (
            prefix + (_(_NAMES[key]) if key in _NAMES else key),
            is_share or key in _SHARES,
        )
        if isinstance(value, Mapping):
            yield from _flat(f"{name} {symbol('dot')} ", value, is_share=share)
        elif isinstance(value, float):
            yield name, f"{value:.2%}" if share else f"{value:.6g}"
        elif value not in (None, [], ()):
            yield name, translated(text_of(value))
