"""Checks of where the weights come from: what training changed, what opt was given, what its files hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipeline.report.evidence import Evidence, Finding

_AGAIN = "make the files again: paddock --batch --force convert"
#: Rules of the convert stage without which opt 2.13 aborts, or its file does (stages/program/rules/legal.py).
_LEGAL = ("XShape output", "swish beta", "scalar shape")


def learned(evidence: Evidence) -> Finding:
    """Tell which parts of the network training changed; nothing at all is a fault."""
    changed: Mapping[str, int] | None = evidence.metric("train", "learned")
    if "train" not in evidence.results:
        return Finding("not checked", "the run trained nothing", "train")
    if not changed:
        return Finding("not checked", "the train stage did not compare its weights", "train")
    total: Mapping[str, int] = evidence.metric("train", "parameters") or {}
    said = ", ".join(f"{part} {_share(count, total.get(part))}" for part, count in changed.items())
    found = f"tensors that differ from the starting weights: {said}"
    if any(changed.values()):
        return Finding("passed", found, "train")
    remedy = "raise train.learning_rate or train.epochs, and look at what the configuration freezes"
    return Finding("failed", found, "train", remedy)


def _share(count: int, total: int | None) -> str:
    return f"{count} of {total}" if total else f"{count}"


def legal(evidence: Evidence) -> Finding:
    """Tell what had to be rewritten for Paddle-Lite to take the program."""
    rules: Mapping[str, int] | None = evidence.metric("convert", "rules")
    if rules is None:
        return Finding("not checked", "the convert stage did not say what it rewrote", "convert")
    needed = {name: count for name, count in rules.items() if name in _LEGAL}
    if not needed:
        found = "a program in the older format, with all that opt needs"
    else:
        said = ", ".join(f"{name} {count}" for name, count in needed.items())
        found = f"a program in the older format; what opt needs was added: {said}"
    return Finding("passed", found, "lite.pdmodel")


def anew(evidence: Evidence) -> Finding:
    """The convert stage writes into an empty folder and believes file and log, not the exit code."""
    result, version = evidence.results.get("convert"), evidence.metric("convert", "opt_version")
    files = [item.path for item in result.artifacts if item.path.endswith(".nb")] if result else []
    if not files or not version:
        return Finding("not checked", "the run converted nothing", "convert")
    found = f"opt {version} wrote them into an empty folder: {', '.join(files)}"
    return Finding("passed", found, "convert")


def traced(evidence: Evidence) -> Finding:
    """Tell how many tensors are identical from model to model, and how many were derived by a known rule."""
    steps = evidence.lineage.get("steps") or ()
    if not steps:
        found = "the convert stage did not trace the tensors of its files"
        return Finding("not checked", found, "lineage.json")
    complete = all(step["same"] + step["derived"] == step["tensors"] for step in steps)
    said = "; ".join(map(_step, steps))
    if complete:
        return Finding("passed", said, "lineage.json")
    return Finding("failed", said, "lineage.json", _AGAIN)


def _step(step: Mapping[str, Any]) -> str:
    source, target = step["from"], step["to"]
    if not step["derived"]:
        return f"{target}: all {step['tensors']} tensors are those of {source}"
    rules = ", ".join(f"{name} {count}" for name, count in step.get("by", {}).items())
    return (
        f"{target}: {step['same']} of {step['tensors']} tensors are those of {source}, "
        f"{step['derived']} are derived from them ({rules})"
    )


def targets_agree(evidence: Evidence) -> Finding:
    """Return whether the files for all targets hold the same tensors."""
    compared = evidence.lineage.get("targets")
    if not compared:
        found = "there is one target only, or the files were not traced"
        return Finding("not checked", found, "lineage.json")
    different, others = compared["different"], compared.get("different_operators") or ()
    if different:
        found = f"{len(different)} of {compared['tensors']} tensors differ: {different[0]}"
        return Finding("failed", found, "lineage.json", _AGAIN)
    if others:
        found = f"{len(others)} operators differ between the files of the targets: {others[0]}"
        return Finding("failed", found, "lineage.json", _AGAIN)
    found = f"all {compared['tensors']} tensors are the same in the files of all targets"
    if operators := compared.get("operators"):
        found = f"{found}, and so are their {operators} operators"
    return Finding("passed", found, "lineage.json")
