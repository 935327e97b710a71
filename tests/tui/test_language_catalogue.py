"""The catalogue is complete, compiled, and says the same things with the same values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog

from catalogue import LANGUAGES, ROOT, TEMPLATE, compiled, extracted, language_file, missing, read
from marks import SAID, marks, unmarked
from not_for_people import FILES, TEXTS
from pipeline.report.metrics import ALL_METRICS
from sentences import looks_like_sentence, sentences, strings
from support.language import has_chinese, speaking
from tui.language import LANGUAGES as OFFERED
from tui.language import SOURCE, translated
from tui.language.phrases import JOINTS

#: What is the same in every language: names, units, and sentences that are only values and signs.
_SAME = re.compile(r"[A-Za-z0-9_.{}()\[\]\s%:;,/·=+*<>'\"|…-]*")


@pytest.fixture(scope="module", params=LANGUAGES)
def translations(request: pytest.FixtureRequest) -> Catalog:
    return read(language_file(str(request.param)))


@pytest.fixture(scope="module")
def source() -> Catalog:
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


def test_template_is_what_the_source_says(source: Catalog) -> None:
    """If this fails: make catalogue, and translate what it names."""
    assert keys(read(TEMPLATE)) == keys(source)


def test_every_sentence_is_translated(source: Catalog, translations: Catalog) -> None:
    assert keys(translations) == keys(source)
    assert missing(translations) == []


def test_nothing_is_uncertain_or_left_over(translations: Catalog) -> None:
    assert not [message.id for message in translations if message.id and message.fuzzy]
    assert not translations.obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_catalogue_is_made_from_the_translations(language: str) -> None:
    path = language_file(language)
    assert path.with_suffix(".mo").read_bytes() == compiled(read(path))


def values_of(sentence: str) -> list[str]:
    percent = re.findall(r"%(?:\(\w+\))?[sdr]", sentence)
    try:
        return sorted(
            [*percent, *(item[1] or "" for item in Formatter().parse(sentence) if item[1])]
        )
    except ValueError:
        return percent


def test_translations_have_the_same_values(translations: Catalog) -> None:
    wrong = [one for one, other in pairs(translations) if values_of(one) != values_of(other)]
    assert wrong == []


def test_translations_can_be_filled(translations: Catalog) -> None:
    for one, other in pairs(translations):
        if not one.count("%("):
            names = {name: 1 for name in values_of(one) if name.isidentifier()}
            for text in (one, other):
                if names:
                    assert "{" not in text.format(**names).replace("{ metric", "")


def test_translations_keep_spaces_and_line_ends_at_the_edges(translations: Catalog) -> None:
    for one, other in pairs(translations):
        assert one.endswith("\n") == other.endswith("\n"), one
        if not re.match(r"[:;,.?(]|\s\(", one):  # Chinese signs bring their own space
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


def shape(sentence: str) -> str:
    """Return a template whatever its values are called."""
    return re.sub(r"\{\w+\}", "{}", sentence)


def test_every_sentence_that_files_hold_is_recognised() -> None:
    """Filled with values, each template finds itself among all the others (or its like)."""
    said = [item for item in read(language_file("zh_CN")) if item.id and item.context == SAID]
    answers: dict[str, set[str]] = {}
    for message in said:
        answers.setdefault(shape(str(message.id)), set()).add(shape(str(message.string)))
    with speaking("zh_CN"):
        for message in said:
            if message.id not in JOINTS:
                names = values_of(str(message.id))
                got = translated(str(message.id).format(**dict.fromkeys(names, "◆")))
                expected = answers[shape(str(message.id))]
                assert shape(got.replace("◆", "{}")) in expected, (
                    message.id,
                    got,
                )


def room(name: str) -> list[Path]:
    return sorted((ROOT / name).rglob("*.py"))


@pytest.mark.parametrize("name", ["pipeline", "stages"])
def test_every_sentence_of_the_source_is_in_the_catalogue_or_listed(
    name: str, source: Catalog
) -> None:
    """A string of two words is a sentence for people, or ``scripts/not_for_people.py`` says why not."""
    known = {str(message.id) for message in source if message.context == SAID}
    for path in room(name):
        if path.relative_to(ROOT).as_posix() in FILES:
            continue
        for line, text in strings(path.read_text(encoding="utf-8")):
            assert not looks_like_sentence(text) or text in known | TEXTS, (
                f"{path}:{line}: {text!r}"
            )


#: What stands in tui/ unmarked: styles, command lines, a line of a saved log, errors for a programmer.
_NOT_SENTENCES = re.compile(
    r"(?:(?:not |bold|dim|underline|reverse|default|red|green|yellow) ?)+|paddock .*|not checked"
    r"|not there|not said|Input \| Choice|RSS MB| *paddock --batch .*|\"run.start\" = .*|.* md5 .*| \[… .*"
    r"|line \{.*|line end \{.*|a guard stopped the run"
)


def test_every_sentence_of_the_screens_is_marked() -> None:
    for path in room("tui"):
        for line, text in unmarked(path.read_text(encoding="utf-8")):
            if looks_like_sentence(text):
                assert _NOT_SENTENCES.fullmatch(text), f"{path}:{line}: {text!r} goes through _()"


def test_list_of_what_is_not_for_people_is_up_to_date() -> None:
    said = {
        text
        for name in ("pipeline", "stages")
        for path in room(name)
        for _, text in strings(path.read_text())
    }
    assert TEXTS - said == set()
    assert [name for name in FILES if not (ROOT / name).is_file()] == []


def test_f_strings_become_templates() -> None:
    source = """
def f(a, b):
    '''Some words here.'''
    raise E(f"{a!r} out of {len(b.items)} is {b['x']:.2f} {{x}}, {a}")
"""
    found = [text for _line, text in sentences(source)]
    assert found == ["{a} out of {items} is {x} {{x}}, {a2}"]


def test_marks_inside_f_strings_are_found() -> None:
    source = "x = f\"{_('one of {n}').format(n=1)} {ngettext('a', 'b', n)}\""
    assert {mark.msgid for mark in marks(source)} == {"one of {n}", ("a", "b")}


def test_a_sentence_put_together_at_run_time_is_refused() -> None:
    with pytest.raises(ValueError, match="of an f-string"):
        list(marks('_(f"{x} words")'))


def test_titles_of_the_parity_table(source: Catalog) -> None:
    known = {str(message.id) for message in source if message.context == SAID}
    signs = {"= PD", "x PD", "p50 ms", "p90 ms", "p99 ms", "img/s", "SHA-256", "MD5"}
    assert {metric.title for metric in ALL_METRICS} - signs <= known
