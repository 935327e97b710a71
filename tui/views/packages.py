"""What was pushed or pulled, in a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from pipeline.text import human_size, one_line
from tui.appearance import verdict_mark
from tui.language import _, translated

if TYPE_CHECKING:
    from pipeline.package.contents import Package
    from pipeline.package.description import Description
    from pipeline.package.pull import Pulled
    from pipeline.package.push import Pushed


def pushed_lines(pushed: Pushed, package: Package) -> Iterator[Text]:
    """Give the verdict that was pushed, what was sent where, and how exactly this is pulled."""
    said, manifest = package.description, package.manifest
    yield _verdict(said)
    if pushed.before == pushed.digest:
        yield _below(_("{reference} has these files already").format(reference=pushed.reference))
    else:
        yield _below(
            _("{files} files ({size}) in {reference}, {sent} sent").format(
                files=len(manifest.layers),
                size=human_size(manifest.size),
                reference=pushed.reference,
                sent=human_size(pushed.sent),
            )
        )
        if pushed.before:
            yield _below(_("the tag led to {digest} before").format(digest=pushed.before))
    if not said.revision:
        yield _below(_("no commit has this paddock.lock: the package names none"))
    command = f"paddock pull {pushed.pinned}"
    yield _below(_("exactly this package: {command}").format(command=command))


def pulled_lines(pulled: Pulled) -> Iterator[Text]:
    """Give the verdict that was pushed, what its files need, and where they are."""
    said, manifest = pulled.description, pulled.manifest
    yield _verdict(said)
    for reason in said.reasons:
        yield _below(reason)
    for needs in dict.fromkeys(translated(it.sentence) for it in said.needs.values()):
        yield _below(_("needs {needs}").format(needs=needs))
    amount = _("{files} files ({size}) in {folder}")
    yield _below(
        (amount if pulled.is_new else _("there already: {folder}")).format(
            files=len(manifest.layers), size=human_size(manifest.size), folder=pulled.folder
        )
    )
    if pulled.is_new and pulled.before:
        yield _below(_("in place of {digest}").format(digest=pulled.before))
    yield _below(pulled.digest)


def _verdict(said: Description) -> Text:
    mark, style = verdict_mark(said.verdict)
    words = _("{project}, run {run}: {verdict}").format(
        project=said.project, run=said.run, verdict=translated(said.verdict.words)
    )
    return Text(f"{mark} {one_line(words)}", style)


def _below(sentence: str) -> Text:
    return Text(f"  {one_line(sentence)}")
