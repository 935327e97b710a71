"""The environment screen: the versions in every stage, whether they are one, and where all of it ran."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import HorizontalScroll

from pipeline.text import one_line
from tui.appearance import symbol
from tui.language import _, ngettext, translated
from tui.screens.reported import ReportScreen
from tui.views.environments import (
    StageEnvironment,
    difference,
    environments,
    names_of,
    outliers,
    processors_of,
)
from tui.views.record import Record
from tui.views.run import RunView
from tui.widgets.columns import joined, padded, widest
from tui.widgets.facts import Fact, Facts
from tui.widgets.line import Line
from tui.widgets.page import Page
from tui.words import outcome_words

#: Longer values (a commit) are cut in the table.
_LONGEST = 12
#: Images are named by this algorithm and the digest; the digest alone fits.
_ALGORITHM = "sha256:"


class EnvironmentScreen(ReportScreen):
    """A table of stages and versions; below it images, engine, host."""

    TAB = "environment"
    DEFAULT_CSS = """
    EnvironmentScreen Page { padding: 0 1; }
    EnvironmentScreen HorizontalScroll { height: auto; margin: 1 0; }
    EnvironmentScreen #versions { width: auto; text-wrap: nowrap; }
    EnvironmentScreen Facts { padding: 0; margin: 0 0 1 0; }
    EnvironmentScreen.-empty HorizontalScroll { display: none; }
    """

    _image_set = ""

    def compose_body(self) -> ComposeResult:
        with Page():
            yield Line(id="one")
            with HorizontalScroll(can_focus=False):
                yield Line(id="versions")
            yield Facts(id="processors")
            yield Facts(id="images")
            yield Facts(id="where")

    def on_mount(self) -> None:
        self._image_set = self.backend.image_set()
        self.query_one(Page).focus()

    def show_record(self, record: Record, view: RunView) -> None:
        stages = environments(record, view)
        self.set_class(not stages, "-empty")
        verdict = _verdict(stages) if stages else Text(self.missing(view))
        self.query_one("#one", Line).show(verdict)
        self.query_one("#versions", Line).show(Text("\n").join(_table(stages)))
        processors = self.query_one("#processors", Facts)
        processors.show_facts(_processors(stages))
        processors.display = bool(processors_of(stages))
        self.query_one("#images", Facts).show_facts(_images(stages))
        self.query_one("#where", Facts).show_facts(self._where(view))

    def _where(self, view: RunView) -> Iterator[Fact]:
        yield _("engine"), translated(view.endpoint or self.backend.endpoint())
        yield _("image set"), self._image_set
        if view.host:
            yield _("host"), view.host
        if view.name:
            yield _("run"), view.name


def _verdict(stages: Sequence[StageEnvironment]) -> Text:
    """Return one sentence, by the rule that the run itself keeps to."""
    found = difference(stages)
    mark, style = outcome_words("failed" if found else "passed", mark_only=True)
    if found:
        return Text(f"{mark} {one_line(translated(found))}", style)
    with_versions = sum(bool(stage.versions) for stage in stages)
    words = ngettext(
        "one environment: {count} stage has told its versions",
        "one environment: the same versions in {count} stages",
        with_versions,
    )
    return Text(f"{mark} {words.format(count=with_versions)}", style)


def _table(stages: Sequence[StageEnvironment]) -> Iterable[Text]:
    """Give head and rows; a version that is not the usual one is marked and said."""
    names, others = names_of(stages), outliers(stages)
    column = widest([_("stage"), *(one_line(stage.stage) for stage in stages)])
    columns = {
        name: widest([one_line(name), *(_cell(stage, name, others) for stage in stages)])
        for name in names
    }
    yield joined(
        [
            padded(Text(_("stage"), "bold"), column),
            *(padded(Text(one_line(name), "bold"), columns[name]) for name in names),
        ]
    )
    for stage in stages:
        cells = [padded(_cell(stage, name, others), columns[name]) for name in names]
        yield joined([padded(one_line(stage.stage), column), *cells])


def _cell(stage: StageEnvironment, name: str, others: Iterable[tuple[str, str]]) -> Text:
    if name not in stage.versions:
        return Text(symbol("skipped"), "dim")
    value = one_line(stage.versions[name])
    short = value if len(value) <= _LONGEST else value[: _LONGEST - 2]
    if (stage.stage, name) in others:
        return Text(f"{symbol('failed')} {short} " + _("differs"), "bold red")
    return Text(short)


def _processors(stages: Sequence[StageEnvironment]) -> Iterator[Fact]:
    """Give name and vector units; with more than one processor, which stages ran on which."""
    found = processors_of(stages)
    if len({item.flags for item in found}) > 1:
        said = _("stages ran on different vector units: other last digits, and another hash")
        yield symbol("warning"), said
    for item in found:
        where = "" if len(found) == 1 else f" ({', '.join(item.stages)})"
        yield _("processor"), f"{item.name}{where}"
        if item.flags:
            yield _("vector units"), item.flags


def _images(stages: Sequence[StageEnvironment]) -> Iterator[Fact]:
    if any(stage.image for stage in stages):
        yield _("stage"), _("image (SHA-256)")
    for stage in stages:
        if stage.image:
            yield stage.stage, stage.image.removeprefix(_ALGORITHM)
