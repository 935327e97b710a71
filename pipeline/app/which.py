"""Whose models and dictionaries an app has, and which of two of them wins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.app.finding import Finding, Kind, Outcome
from pipeline.app.mentions import Mentions
from pipeline.app.models import AppModel
from pipeline.app.opening import Form
from pipeline.integrity.identify import Kind as Whose
from pipeline.tasks import TASKS
from pipeline.text import one_line, without_secrets
from stages.message import msg

#: What is of the project's own network, whatever its last layer says.
_OWN: tuple[Whose, ...] = ("current", "refused", "member", "earlier", "rebuilt", "partly")
_KINDS: dict[Whose, Kind] = {
    "current": Kind.MODEL_YOURS,
    "refused": Kind.MODEL_REFUSED,
    "member": Kind.MODEL_MEMBER,
    "earlier": Kind.MODEL_EARLIER,
    "rebuilt": Kind.MODEL_REBUILT,
    "partly": Kind.MODEL_FOREIGN,
    "foreign": Kind.MODEL_FOREIGN,
    "damaged": Kind.MODEL_DAMAGED,
}
_X86 = "x86"


def judge_models(
    found: Sequence[AppModel], task: str, form: Form, named: Mentions
) -> Iterator[Finding]:
    """Say of each model whose it is, and whether the project's is there and loaded."""
    alone = form is Form.FILE
    same = [model for model in found if alone or _is_of(model, task)]
    yours = [model for model in same if model.is_yours]
    for model in found:
        if model.is_yours:
            yield _yours(model, yours, named)
        elif model.identity.kind == "damaged":
            yield Finding(Kind.MODEL_DAMAGED, model.path, model.identity.sentence)
        elif model not in same:
            yield _beside(model, yours, named)
        elif yours:
            yield _second(model, yours, named)
        else:
            yield _instead(model)
    if not same:
        yield from _missing(form)
    if len(yours) == len(same):
        yield from _unnamed(Kind.MODEL_UNNAMED, [model.path for model in yours], named)
    yield from _downloads(named)


def _is_of(model: AppModel, task: str) -> bool:
    return model.identity.kind in _OWN or model.task == task


def _yours(model: AppModel, yours: Sequence[AppModel], named: Mentions) -> Finding:
    """Say what is yours; one for computers does no harm beside one for phones that the app names."""
    if model.identity.target != _X86:
        return Finding(Kind.MODEL_YOURS, model.path, model.identity.sentence)
    path = one_line(model.path)
    for_phones = [it for it in yours if it.identity.target != _X86]
    is_named_instead = named.names(model.path) and not any(
        named.names(it.path) for it in for_phones
    )
    if for_phones and not is_named_instead:
        said = msg(
            "{path}: yours, for computers; phones load {own}", path, one_line(for_phones[0].path)
        )
        return Finding(Kind.MODEL_FOR_COMPUTERS, model.path, said)
    said = msg(
        "{path}: yours, but made for {target}: phones need model_arm.nb",
        path,
        model.identity.target,
    )
    return Finding(Kind.MODEL_FOR_OTHER_TARGET, model.path, said)


def _beside(model: AppModel, yours: Sequence[AppModel], named: Mentions) -> Finding:
    path = one_line(model.path)
    if model.task:
        said = msg(
            "{path}: a model for {task}, not this project's task", path, TASKS[model.task].name
        )
        return Finding(Kind.MODEL_OTHER_TASK, model.path, said)
    second = _second(model, yours, named) if yours else None
    if second and second.kind is Kind.MODEL_UNUSED:
        return second
    said = msg("{path}: no file of this project; could not tell what it does", path)
    return Finding(Kind.MODEL_UNTOLD, model.path, said)


def _unnamed(kind: Kind, yours: Sequence[str], named: Mentions) -> Iterator[Finding]:
    """Say that nothing which was looked through names what is yours: it may lie there unused."""
    if yours and named.looked and not any(map(named.names, yours)):
        said = msg(
            "{path}: nothing in the app names it: could not tell whether it is loaded",
            one_line(yours[0]),
        )
        yield Finding(kind, yours[0], said)


def _instead(model: AppModel) -> Finding:
    if model.stock:
        said = msg(
            "{path}: the official model {model}, not yours", one_line(model.path), model.stock
        )
        return Finding(Kind.MODEL_STOCK, model.path, said)
    return Finding(_KINDS[model.identity.kind], model.path, model.identity.sentence)


def _second(model: AppModel, yours: Sequence[AppModel], named: Mentions) -> Finding:
    path, own = one_line(model.path), one_line(yours[0].path)
    is_named, own_is_named = named.names(model.path), any(named.names(it.path) for it in yours)
    what = msg("the official model {model}", model.stock) if model.stock else msg("another model")
    if own_is_named and not is_named:
        said = msg("{path}: {what}, which nothing in the app names; {own} is", path, what, own)
        return Finding(Kind.MODEL_UNUSED, model.path, said)
    if is_named and not own_is_named:
        said = msg("{path}: {what}, and the app names it and not {own}: it wins", path, what, own)
    else:
        said = msg("{path}: {what} beside {own}: either may be loaded", path, what, own)
    return Finding(Kind.MODEL_SECOND, model.path, said)


def _missing(form: Form) -> Iterator[Finding]:
    if form is not Form.FILE:
        said = (
            msg("none of your models is in it: it loads what it downloads, or nothing")
            if form.is_app
            else msg("no model of this project's task is in it")
        )
        yield Finding(Kind.MODEL_MISSING, "", said)


def _downloads(named: Mentions) -> Iterator[Finding]:
    for address, path in named.downloads.items():
        said = msg(
            "{path}: downloads official files over yours: {address}",
            one_line(path),
            without_secrets(address),
        )
        yield Finding(Kind.MODEL_DOWNLOADED, path, said)
    for address, path in named.addresses.items():
        said = msg(
            "{path}: names a model on the network: {address}; hold what it gets against yours with "
            "paddock audit --file",
            one_line(path),
            without_secrets(address),
        )
        yield Finding(Kind.MODEL_FROM_ADDRESS, path, said)


def judge_dictionaries(found: Sequence[Finding], named: Mentions) -> Iterator[Finding]:
    """Say of each dictionary whether it is the project's; another one beside it, whether it wins."""
    yours = [item for item in found if item.outcome is Outcome.RIGHT]
    own_is_named = any(named.names(item.path) for item in yours)
    if len(yours) == len(found):
        yield from _unnamed(Kind.DICTIONARY_UNNAMED, [item.path for item in yours], named)
    for item in found:
        if item in yours or not yours:
            yield item
            continue
        path, own = one_line(item.path), one_line(yours[0].path)
        if own_is_named and not named.names(item.path):
            said = msg("{path}: another dictionary, which nothing names; {own} is", path, own)
            yield Finding(Kind.DICTIONARY_UNUSED, item.path, said)
        else:
            said = msg("{path}: another dictionary beside {own}: either may be read", path, own)
            yield Finding(Kind.DICTIONARY_SECOND, item.path, said)
