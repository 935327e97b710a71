"""One table of everything that a key does: footer, ``?`` and the user's own key map are drawn from it.

A row's ID never changes, so that users can remap it in ``keys.toml`` (``tui/keymap.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from textual.binding import Binding, BindingType

from tui.language import N_


@dataclass(frozen=True)
class Key:
    """An action and the keys that do it.

    Args:
        id: ``scope.name``, stable.
        keys: Textual's names, separated by commas.
        action: what Textual calls.
        label: one or two words for the footer.
        help: a sentence for ``?``.
        shown: whether the footer shows it.
        unless: why it does nothing, at moments when it has nothing to do.
        moves: whether it only goes through what is shown; the menu of what can be done leaves it out.
    """

    id: str
    keys: str
    action: str
    label: str
    help: str
    shown: bool = True
    unless: str = ""
    moves: bool = False

    @property
    def scope(self) -> str:
        """Where the key counts."""
        return self.id.partition(".")[0]


#: Titles of the scopes, in the order in which ``?`` shows them.
SCOPES = {
    "app": N_("Everywhere"),
    "run": N_("Run"),
    "options": N_("Choosing what runs"),
    "log": N_("Log"),
    "files": N_("Files"),
    "result": N_("Result"),
    "list": N_("Lists"),
    "parity": N_("Parity"),
    "reading": N_("One image, large"),
    "guards": N_("Guards"),
    "page": N_("Explanation, weights, dictionary, audit"),
    "checked": N_("An app checked"),
    "asking": N_("Reading an image, push, pull"),
    "history": N_("History"),
    "compare": N_("Two runs compared"),
    "machine": N_("Machine"),
    "sweep": N_("Sweep"),
    "sweeping": N_("Starting a sweep"),
    "build": N_("Building images"),
    "project": N_("New project"),
    "problem": N_("Project file with an error"),
    "dialog": N_("Dialogs"),
}


#: Scope -> the key that leads to where it counts.
WAYS = {
    "run": "app.run",
    "options": "run.options",
    "log": "run.log",
    "files": "run.files",
    "result": "run.result",
    "parity": "app.parity",
    "reading": "parity.open",
    "guards": "app.guards",
    "history": "app.history",
    "compare": "history.compare",
    "machine": "app.machine",
    "sweep": "app.sweep",
    "sweeping": "sweep.start",
}


def _hidden(id: str, keys: str, action: str, label: str, help: str, unless: str = "") -> Key:  # noqa: A002
    """Return a row for which the footer has no room."""
    return Key(id, keys, action, label, help, shown=False, unless=unless)


def _move(id: str, keys: str, action: str, label: str, help: str) -> Key:  # noqa: A002
    """Return a row that only goes through what is shown."""
    return Key(id, keys, action, label, help, shown=False, moves=True)


#: Of the keys that lead to a project's screens.
_NOTHING_YET = N_("There is nothing to show yet: the numbers lead to a project's screens.")

KEYS: tuple[Key, ...] = (
    Key("app.help", "question_mark,f1", "help", N_("help"), N_("all keys")),
    Key("app.quit", "q,ctrl+c", "quit_or_ask", N_("quit"), N_("leave; asks while a run goes on")),
    Key("app.menu", "full_stop", "menu", N_("actions"),
        N_("what can be done here, and with what is selected")),
    _hidden("app.run", "1", "show('run')", N_("run"), N_("the stages of the run"), unless=_NOTHING_YET),
    _hidden("app.parity", "2", "show('parity')", N_("parity"), N_("the models compared"),
            unless=_NOTHING_YET),
    _hidden("app.environment", "4", "show('environment')", N_("environment"),
            N_("the versions in every stage"), unless=_NOTHING_YET),
    _hidden("app.guards", "5,3", "show('guards')", N_("guards"), N_("every guard and its outcome"),
            unless=_NOTHING_YET),
    _hidden("app.history", "6", "show('history')", N_("history"), N_("earlier runs"), unless=_NOTHING_YET),
    _hidden("app.machine", "7", "show('machine')", N_("machine"), N_("engine, images, disk"),
            unless=_NOTHING_YET),
    _hidden("app.sweep", "8", "show('sweep')", N_("sweep"), N_("the members of a sweep, side by side"),
            unless=N_("The project has no sweep: [sweep] in paddock.toml makes one (docs/sweep.md).")),
    _hidden("app.report", "O", "open_report", N_("report"),
            N_("open report.html in the browser; where there is none, copy its path")),
    _hidden("app.read", "T", "open_page('own_image', 'OwnImageScreen')", N_("read an image"),
            N_("an image of your own, or of the test set, read by every model side by side"),
            unless=_NOTHING_YET),
    _hidden("app.push", "P", "open_page('registry', 'PushScreen')", N_("push"),
            N_("push what the last run delivered to a container registry"), unless=_NOTHING_YET),
    _hidden("app.pull", "U", "open_page('registry', 'PullScreen')", N_("pull"),
            N_("pull a pushed model out of a container registry")),
    Key("app.latest", "L", "follow_latest", N_("latest run"),
        N_("leave the earlier run that is shown, for the latest one"),
        unless=N_("The latest run is shown already.")),
    Key("run.start", "r", "start", N_("run"), N_("run; what is done already is not done again"),
        unless=N_("A run is already in progress.")),
    Key("run.options", "R", "start_with_options", N_("choose"),
        N_("choose the first and last stage, force one, hold to the lock"),
        unless=N_("A run is already in progress.")),
    Key("run.stop", "s", "stop", N_("stop"),
        N_("stop; the stage saves what it can resume from (again: at once)"),
        unless=N_("Nothing is running.")),
    Key("run.explain", "e", "explain", N_("explain"), N_("explain the pitfall that stopped the run"),
        unless=N_("There is nothing to explain: no pitfall stopped the run.")),
    _hidden("run.edit", "E", "edit", N_("edit"),
            N_("open the file that the error names, at its line, in $VISUAL or $EDITOR"),
            unless=N_("No error names one of your files.")),
    _hidden("run.force", "F", "force", N_("force"),
            N_("run the selected stage again, whatever its earlier result"),
            unless=N_("A run is already in progress.")),
    Key("run.next_tab", "tab,right_square_bracket", "next_tab", N_("next view"),
        N_("log, metrics, files, about the stage")),
    _hidden("run.result", "o", "tab('result')", N_("result"), N_("what the run has made, and what it weighs"),
            N_("there is no result yet")),
    _hidden("run.log", "l", "tab('log')", N_("log"), N_("the selected stage's log, with the keyboard")),
    _hidden("run.search", "slash", "search_log", N_("search the log"), N_("search the selected stage's log")),
    _hidden("run.metrics", "m", "tab('metrics')", N_("metrics"), N_("its numbers and the learning curve")),
    _hidden("run.files", "a", "tab('files')", N_("files"), N_("its artifacts with size, MD5 and SHA-256")),
    _hidden("run.about", "i", "tab('about')", N_("about"), N_("why it ran, its key, image and versions")),
    Key("run.enlarge", "enter,z", "enlarge", N_("enlarge"),
        N_("give the view the whole screen; esc goes back")),
    Key("run.back", "escape", "back", N_("back"), N_("back to the stages"),
        unless=N_("The stages have the keyboard already.")),
    Key("log.search", "slash", "search", N_("search"),
        N_("search while you type; capital letters count if there are any")),
    Key("log.next", "n", "next", N_("next"), N_("next match, round the end"),
        unless=N_("Nothing is searched for yet.")),
    Key("log.previous", "N", "previous", N_("before"), N_("match before, round the beginning"),
        unless=N_("Nothing is searched for yet.")),
    Key("log.clear", "escape", "clear", N_("end search"), N_("end the search")),
    Key("log.follow", "f", "follow", N_("follow"),
        N_("follow the end, or pause; lines that come are counted")),
    Key("log.wrap", "w", "wrap", N_("wrap"), N_("fold long lines, or cut them")),
    Key("log.copy", "y", "copy", N_("copy"), N_("copy the current line")),
    _hidden("log.copy_path", "Y", "copy_path", N_("copy path"), N_("copy the log file's path")),
    Key("log.pager", "o", "pager", N_("pager"), N_("open the file in $PAGER; less filters lines with &")),
    _move("log.top", "g,home", "top", N_("top"), N_("first line")),
    _move("log.bottom", "G,end", "bottom", N_("bottom"), N_("last line, and follow")),
    _move("log.up", "k,up", "move(-1)", N_("up"), N_("a line up; pauses")),
    _move("log.down", "j,down", "move(1)", N_("down"), N_("a line down")),
    _move("log.left", "left", "sideways(-1)", N_("left"), N_("half a screen to the left")),
    _move("log.right", "right", "sideways(1)", N_("right"), N_("half a screen to the right")),
    _move("log.page_up", "pageup", "page(-1)", N_("page up"), N_("a page up; pauses")),
    _move("log.page_down", "pagedown,space", "page(1)", N_("page down"), N_("a page down")),
    Key("history.open", "enter,o", "open", N_("open"), N_("show the selected run")),
    Key("history.mark", "space", "mark", N_("mark"), N_("mark the selected run for a comparison")),
    Key("history.compare", "c", "compare", N_("compare"),
        N_("compare the selected run with the marked one, else with the one before it")),
    Key("compare.back", "escape", "back", N_("back"), N_("back to where this was opened")),
    Key("compare.swap", "x", "swap", N_("swap"), N_("look at it the other way round")),
    Key("machine.build", "b", "build", N_("build images"), N_("build what is missing")),
    Key("machine.examine", "e", "examine", N_("examine"), N_("look at the machine again")),
    Key("machine.clean", "x", "clean", N_("clean"), N_("remove what dead runs left on the engine"),
        unless=N_("Nothing was left behind.")),
    Key("sweep.open", "enter,o", "open", N_("open"), N_("show the selected member's run"),
        unless=N_("The selected member has no run yet.")),
    Key("sweep.start", "r", "start", N_("run"),
        N_("plan the sweep, ask how many at once, and start it in the background"),
        unless=N_("A run is already in progress.")),
    Key("sweep.stop", "s", "stop", N_("stop"),
        N_("stop all members that run, which save what they can resume from (again: at once)"),
        unless=N_("Nothing is running.")),
    Key("sweep.compare", "c", "compare", N_("compare"),
        N_("compare the selected member with the marked one, else with the best of the others")),
    Key("sweep.mark", "space", "mark", N_("mark"), N_("mark the selected member for a comparison")),
    Key("sweep.sort", "right,greater_than_sign", "sort(1)", N_("sort"), N_("sort by the next column")),
    _hidden("sweep.sort_back", "left,less_than_sign", "sort(-1)", N_("sort"),
            N_("sort by the column before")),
    _hidden("sweep.turn", "I", "turn", N_("turn"), N_("sort the other way round")),
    Key("sweeping.start", "r", "start_sweep", N_("start"), N_("start the sweep; enter does it too"),
        unless=N_("There is no plan yet.")),
    Key("sweeping.more", "right,plus", "jobs(1)", N_("more at once"), N_("one member more at once")),
    Key("sweeping.fewer", "left,minus", "jobs(-1)", N_("fewer at once"), N_("one member fewer at once")),
    Key("build.leave", "escape", "leave", N_("leave"), N_("leave; a build goes on meanwhile")),
    Key("project.back", "escape", "back", N_("back"), N_("leave the field, then the form")),
    Key("project.next", "down", "app.focus_next", N_("next"), N_("to the next field"), moves=True),
    Key("project.previous", "up", "app.focus_previous", N_("previous"), N_("to the field before"),
        moves=True),
    Key("project.write", "w", "write", N_("write"), N_("write paddock.toml (not in a field)")),
    Key("project.build", "b", "build", N_("build images"), N_("build what is missing")),
    Key("project.examine", "e", "examine", N_("examine"), N_("look at the machine again")),
    Key("problem.edit", "e", "edit", N_("edit"), N_("open the file in $VISUAL or $EDITOR")),
    Key("problem.again", "r", "again", N_("read again"), N_("read the file again")),
    _move("list.up", "up,k", "move(-1)", N_("up"), N_("one row up")),
    _move("list.down", "down,j", "move(1)", N_("down"), N_("one row down")),
    _move("list.page_up", "pageup", "page(-1)", N_("page up"), N_("a page up")),
    _move("list.page_down", "pagedown,space", "page(1)", N_("page down"), N_("a page down")),
    _move("list.first", "home,g", "edge(-1)", N_("first"), N_("the first row")),
    _move("list.last", "end,G", "edge(1)", N_("last"), N_("the last row")),
    _move("list.choose", "enter", "choose", N_("open"), N_("open the row")),
    Key("list.find", "slash", "find", N_("find"),
        N_("show only what has the text that you type; esc shows all")),
    Key("list.clear", "escape", "show_all", N_("all rows"), N_("show all rows again")),
    Key("parity.switch", "tab,m", "switch", N_("models/images"), N_("to the models, or to the test images")),
    Key("parity.filter", "f", "filter", N_("filter"),
        N_("images unlike their label, those on which models disagree, or all")),
    Key("parity.confusions", "c", "confusions", N_("confusions"),
        N_("which characters are taken for which; choose one to see its lines, or let go of it"),
        unless=N_("No model takes a character for another.")),
    Key("parity.open", "enter,z", "open", N_("large"), N_("show the image, its label and readings large")),
    _hidden("parity.kit", "K", "make_kit", N_("kit"),
            N_("write the kit for a phone's developer: model, golden images, code, checker; copy its path"),
            unless=N_("No run delivered a file for a phone.")),
    _hidden("parity.copy", "y", "copy", N_("copy"), N_("copy the selected model's SHA-256 and name")),
    _move("parity.next", "n", "go(1)", N_("next"), N_("the next image")),
    _move("parity.previous", "p,N", "go(-1)", N_("previous"), N_("the image before")),
    Key("reading.next", "n,right,down,j", "go(1)", N_("next"), N_("the next image")),
    Key("reading.previous", "p,N,left,up,k", "go(-1)", N_("previous"), N_("the image before")),
    Key("reading.close", "escape,enter,z", "close", N_("back"), N_("back to the table")),
    Key("guards.explain", "e,enter", "explain", N_("explain"),
        N_("explain the pitfalls that the guard watches for")),
    Key("guards.filter", "f", "filter", N_("filter"),
        N_("only what failed, only what was not checked, or all")),
    Key("guards.lineage", "w", "lineage", N_("weights"), N_("where the weights of each model come from")),
    Key("guards.dictionary", "d", "dictionary", N_("dictionary"),
        N_("the dictionary, and every place where it was compared")),
    Key("guards.audit", "a", "audit", N_("audit"),
        N_("hash every file again and compare it with what was recorded")),
    Key("guards.check_app", "p", "check_app", N_("check an app"),
        N_("look into an app for the phone: are its model, dictionary and library the right ones")),
    Key("checked.explain", "e,enter", "explain", N_("explain"),
        N_("explain the pitfall of the selected line"),
        unless=N_("Nothing is wrong here: there is no pitfall to explain.")),
    Key("checked.another", "p", "another", N_("another app"), N_("check another app")),
    Key("page.back", "escape", "back", N_("back"), N_("back to where this was opened")),
    Key("page.copy", "y", "copy", N_("copy"), N_("copy the dictionary's SHA-256, or that of the faulty file"),
        unless=N_("There is no hash here.")),
    Key("asking.back", "escape", "back", N_("back"), N_("back; what goes on is stopped")),
    Key("options.from", "b", "begin_here", N_("begin"), N_("the first stage that may run")),
    Key("options.until", "u", "end_here", N_("until"), N_("the last stage to run")),
    Key("options.force", "x,space", "toggle_force", N_("force"),
        N_("forget the stage's result and run it again")),
    Key("options.locked", "h", "toggle_locked", N_("lock"), N_("refuse any difference from paddock.lock")),
    Key("options.start", "r", "start_run", N_("start"), N_("start the run; enter does it too")),
    Key("result.copy", "y", "copy", N_("copy"), N_("copy the file's SHA-256 and name")),
    _hidden("result.copy_path", "Y", "copy_path", N_("copy path"), N_("copy the file's path")),
    Key("files.copy", "y", "copy", N_("copy"), N_("copy the artifact's SHA-256 and path")),
    Key("dialog.close", "escape", "dismiss", N_("close"), N_("close without doing anything")),
    Key("dialog.no", "n", "answer('no')", N_("no"), N_("the answer that changes nothing")),
    Key("dialog.yes", "y", "answer('yes')", N_("yes"), N_("the answer that does it")),
    Key("dialog.detach", "d", "answer('detach')", N_("Detach"), N_("leave; the run goes on")),
    Key("dialog.stop", "s", "answer('stop')", N_("Stop"), N_("stop the run, then leave")),
)  # fmt: skip


def keys_of(scope: str) -> tuple[Key, ...]:
    """Return the rows of a scope."""
    return tuple(key for key in KEYS if key.scope == scope)


def bindings(scope: str, *names: str) -> list[BindingType]:
    """Return a scope's keys as Textual binds them, or only some; labels are translated when shown."""
    return [
        Binding(key.keys, key.action, key.label, show=key.shown, id=key.id)
        for key in keys_of(scope)
        if not names or key.id.partition(".")[2] in names
    ]


#: ID -> row.
BY_ID = {key.id: key for key in KEYS}


def keys_for(key_id: str, keymap: Mapping[str, str]) -> list[str]:
    """Return the keys that do ``key_id``, the user's own if there are some."""
    return [name.strip() for name in keymap.get(key_id, BY_ID[key_id].keys).split(",")]


def first_key(key_id: str, keymap: Mapping[str, str]) -> str:
    """Return the first key that does ``key_id``, the user's own if there is one."""
    return keys_for(key_id, keymap)[0]
