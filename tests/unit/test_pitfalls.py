"""What is said of the pitfalls: complete in both languages, sourced, found by what somebody types."""

import re
from pathlib import Path

import pytest

from catalogue import SAID, language_file
from catalogue import read as read_catalogue
from pipeline.app.finding import PITFALLS as FOUND_IN_APPS
from pipeline.pitfalls import Entry, entry, find, guards_of, nearest
from pipeline.report.guards import GUARDS
from stages.pitfalls import Pitfall
from support.language import has_chinese
from tui.language import LANGUAGES, SOURCE

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "pipeline" / "pitfalls"
#: The headings of an entry, in their order; the second is there only where other programs say something.
HEADINGS = {
    "en": "how it shows|what other programs print|why|without Paddock|what Paddock prints|what to do|sources",
    "zh_CN": "表现|其他程序的输出|原因|没有 Paddock 时|Paddock 的输出|如何处理|来源",
}
#: What is the same in every language: options, and names of files, functions and settings.
NAMES = re.compile(r"(?<!\w)--[a-z][\w-]+|\w+(?:[./_:]+[A-Za-z]\w*)+")

every_pitfall = pytest.mark.parametrize("pitfall", Pitfall, ids=str)


def read(pitfall: Pitfall, language: str = SOURCE) -> Entry:
    found = entry(str(pitfall), language)
    assert found
    return found


def lines(item: Entry, heading: str) -> tuple[str, ...]:
    return next(section.lines for section in item.sections if section.title == heading)


def test_there_is_a_file_for_every_id_and_language_and_no_other() -> None:
    suffixes = ["" if language == SOURCE else f".{language}" for language in LANGUAGES]
    wanted = {f"{pitfall}{suffix}.md" for pitfall in Pitfall for suffix in suffixes}
    assert {path.name for path in PAGES.glob("*.md")} == wanted


@pytest.mark.parametrize("language", LANGUAGES)
@every_pitfall
def test_every_entry_says_everything_and_names_where_it_was_met(
    pitfall: Pitfall, language: str
) -> None:
    item = read(pitfall, language)
    assert item.title and "#" not in item.title
    titles, known = [section.title for section in item.sections], HEADINGS[language].split("|")
    assert titles in (known, [known[0], *known[2:]])
    assert all(section.lines and all(section.lines) for section in item.sections)
    addresses, said = item.sections[-1].lines[::2], item.sections[-1].lines[1::2]
    assert all(re.fullmatch(r"https://[a-z0-9.-]+/\S+", address) for address in addresses)
    assert all(re.fullmatch(r"“.+”(: |：).+", line) for line in said)


@every_pitfall
def test_chinese_entry_is_the_english_one_in_chinese(pitfall: Pitfall) -> None:
    english, chinese = read(pitfall), read(pitfall, "zh_CN")
    assert has_chinese(chinese.title)
    for one, other in zip(english.sections, chinese.sections, strict=True):
        assert len(one.lines) == len(other.lines), one.title
        if one.title == "what other programs print":
            assert one.lines == other.lines
            continue
        for line, said in zip(one.lines, other.lines, strict=True):
            assert line == said if line.startswith("https:") else has_chinese(said), line
            missing = [name for name in NAMES.findall(line) if name not in said]
            assert not missing, (line, missing)


def test_what_is_not_translated_is_english() -> None:
    assert entry("stock-nb", "eo") == entry("stock-nb")


def test_an_id_of_another_version_has_no_entry() -> None:
    assert entry("../../secret") is None


def test_what_paddock_prints_is_what_its_source_says() -> None:
    """An example that no template of ours fits is one of another version."""
    known = templates()
    for pitfall in Pitfall:
        first = lines(read(pitfall), "what Paddock prints")[0]
        # a reason is told after its model's name and status
        parts = (first, first.partition(": ")[2], first.partition(": failed: ")[2])
        assert any(is_made_of(part, text) for part in parts for text in known), first


#: Letters of a template that are no coincidence.
_LETTERS = 10


def is_made_of(said: str, template: str) -> bool:
    """Return whether a template with enough words of its own to tell makes what is said."""
    pieces = re.split(r"\{\w+\}", template)
    if not all(piece in said for piece in pieces):
        return False
    pattern = ".*?".join(map(re.escape, pieces))
    has_words = sum(map(str.isalpha, "".join(pieces))) >= _LETTERS
    return has_words and re.fullmatch(pattern, said, re.DOTALL) is not None


def templates() -> list[str]:
    """Return every message of the stages and the pipeline: test_language_catalogue.py compares both."""
    messages = read_catalogue(language_file("zh_CN"))
    return [str(message.id) for message in messages if message.context == SAID]


def test_every_pitfall_has_a_guard_that_the_report_shows_or_is_found_in_an_app() -> None:
    unguarded = [pitfall for pitfall in Pitfall if not guards_of(str(pitfall))]
    assert [str(pitfall) for pitfall in unguarded if pitfall not in FOUND_IN_APPS] == []


def test_ids_of_guards_are_unique() -> None:
    ids = [guard.id for guard in GUARDS]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", ["stock-nb", "STOCK_NB", " stock-nb "])
def test_found_as_it_is_written_anywhere(name: str) -> None:
    subject = find(name)
    assert subject and list(subject.pitfalls) == [Pitfall.STOCK_NB]


def test_guard_brings_the_pitfalls_that_it_watches_for() -> None:
    subject = find("export-lineage")
    assert subject and subject.guard and subject.guard.id == "export-lineage"
    assert Pitfall.SHAPE_MISMATCH in subject.pitfalls


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("crlf", "dictionary-crlf"), ("stok-nb", "stock-nb"), ("swish", "swish-without-beta")],
)
def test_near_matches(typed: str, meant: str) -> None:
    assert find(typed) is None
    assert meant in nearest(typed)


def test_nothing_is_near_what_is_no_word_of_ours() -> None:
    assert nearest("xyzzy") == ()
    assert nearest("") == ()


@every_pitfall
def test_docs_list_it(pitfall: Pitfall) -> None:
    row = f"| [`{pitfall}`](../pipeline/pitfalls/{pitfall}.md) | {read(pitfall).title} |"
    assert row in (ROOT / "docs" / "pitfalls.md").read_text("utf-8").splitlines()
