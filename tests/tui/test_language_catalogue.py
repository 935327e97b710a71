"""The catalogue is complete, compiled, and says the same things with the same values."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog

from catalogue import (
    LANGUAGES,
    ROOMS,
    ROOT,
    SAID,
    compiled,
    extracted,
    language_file,
    missing,
    read,
)
from pipeline.report.metrics import ALL_METRICS
from stages.message import names_in
from support.language import has_chinese
from tui.language import LANGUAGES as OFFERED
from tui.language import SOURCE

#: What is the same in every language: names, units, and sentences that are only values and signs.
_SAME = re.compile(r"[A-Za-z0-9_.{}()\[\]\s%:;,/·=+*<>'\"|…-]*")
_MARKS = {"_", "N_", "E_", "NC_", "ngettext", "pgettext", "msg"}
#: Of these the first argument is read by a person.
_FOR_PEOPLE = {
    "StageError", "IntegrityError", "PaddockError", "UsageError", "StageFailed", "EngineError",
    "IntegrityFailed", "Noted", "Warned", "Complaint",
}  # fmt: skip


@pytest.fixture(scope="module", params=LANGUAGES)
def translations(request: pytest.FixtureRequest) -> Catalog:
    return read(language_file(str(request.param)))


@pytest.fixture(scope="module")
def template() -> Catalog:
    """What the source says."""
    return extracted()


def keys(catalogue: Catalog) -> set[tuple[str | None, str]]:
    return {(message.context, repr(message.id)) for message in catalogue if message.id}


def pairs(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    for message in catalogue:
        if message.id:
            ids = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
            said = message.string or ""
            yield from ((ids[-1], text) for text in ((said,) if isinstance(said, str) else said))


def test_every_language_that_is_offered_has_a_catalogue() -> None:
    assert set(OFFERED) == {SOURCE, *LANGUAGES}


def test_every_sentence_is_translated(template: Catalog, translations: Catalog) -> None:
    """If this fails: make catalogue, and translate what it names."""
    assert keys(translations) == keys(template)
    assert missing(translations) == []


def test_nothing_is_uncertain_or_left_over(translations: Catalog) -> None:
    assert not [message.id for message in translations if message.id and message.fuzzy]
    assert not translations.obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_catalogue_is_made_from_the_translations(language: str) -> None:
    path = language_file(language)
    assert path.with_suffix(".mo").read_bytes() == compiled(read(path))


def values_of(sentence: str) -> list[str]:
    try:
        return sorted(item[1] for item in Formatter().parse(sentence) if item[1])
    except ValueError:
        return []


def test_translations_have_the_same_values(translations: Catalog) -> None:
    wrong = [one for one, other in pairs(translations) if values_of(one) != values_of(other)]
    assert wrong == []


def test_translations_keep_spaces_and_line_ends_at_the_edges(translations: Catalog) -> None:
    for one, other in pairs(translations):
        assert one.endswith("\n") == other.endswith("\n"), one
        if not re.match(r"[:;,.?(]|\s\(| and $", one):  # Chinese signs bring their own space
            assert (
                one[: len(one) - len(one.lstrip())] == other[: len(other) - len(other.lstrip())]
            ), one


def test_chinese_is_chinese() -> None:
    same = [
        one
        for one, other in pairs(read(language_file("zh_CN")))
        if not has_chinese(other) and one == other and " " in re.sub(r"\{\w+\}", "", one).strip()
    ]
    assert all(_SAME.fullmatch(sentence) for sentence in same)
    assert len(same) < 12, same


def test_stages_commands_and_files_keep_their_names() -> None:
    names = re.compile(
        r"paddock(?:\.\w+| --?\w[\w-]*| [a-z]+ [A-Z]+)|--[a-z][\w-]+|\w+\.(?:toml|py|yaml|md|json)"
    )
    for one, other in pairs(read(language_file("zh_CN"))):
        for name in names.findall(one):
            assert name in other, (one, name)


def test_what_people_read_can_be_extracted_and_translated() -> None:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    _has_no_mark(path, node)
                elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                    if node.func.id == "msg":
                        _has_as_many_values_as_places(path, node)
                    elif node.func.id in _FOR_PEOPLE:
                        _is_no_plain_string(path, node)


def _has_no_mark(path: Path, text: ast.JoinedStr) -> None:
    """Before Python 3.12 a call in an f-string is no token of its own, and babel would miss it."""
    names = {item.id for item in ast.walk(text) if isinstance(item, ast.Name)}
    assert not names & _MARKS, f"{path}:{text.lineno}"


def _has_as_many_values_as_places(path: Path, call: ast.Call) -> None:
    if any(isinstance(item, ast.Starred) for item in call.args):
        return
    template, *values = call.args
    assert isinstance(template, ast.Constant), f"{path}:{call.lineno}: not a literal"
    if values:
        text = str(template.value)
        assert len(names_in(text)) == len(set(names_in(text))) == len(values), (path, text)


def _is_no_plain_string(path: Path, call: ast.Call) -> None:
    """An error, a warning or a note that is written as a plain string could not be translated."""
    first = call.args[0]
    plain = isinstance(first, ast.JoinedStr | ast.Constant) and " " in ast.unparse(first)
    assert not plain, f"{path}:{call.lineno}: {ast.unparse(first)} goes through msg()"


def test_titles_of_the_parity_table(template: Catalog) -> None:
    known = {str(message.id) for message in template if message.context == SAID}
    signs = {
        "= PD", "x PD", "p50 ms", "p90 ms", "p99 ms", "img/s", "SHA-256", "MD5", "x PD 95 %", "ECE",
    }  # fmt: skip
    assert {metric.title for metric in ALL_METRICS} - signs <= known
