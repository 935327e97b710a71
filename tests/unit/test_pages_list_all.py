"""Pages of docs/ have a row for all that there is, and for nothing else."""

import re
from pathlib import Path

from dictionaries import PAGE, table_of
from key_table import PAGE as KEYS_PAGE
from key_table import with_table
from stages.emulation.table import READINGS
from stages.pir.operators import TRANSLATIONS
from stages.ppocr.architectures import ARCHITECTURES
from support.dictionary_table import RECORDED, digest

DOCS = Path(__file__).parents[2] / "docs"


def rows(page: str, pattern: str) -> list[tuple[str, ...]]:
    return re.findall(pattern, (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_architecture() -> None:
    assert rows("architectures.md", r"^\| `([^`]+)` \| (\w+) .* \| `([^`]+)` \| (\w*) ?\|$") == [
        (name, built_in.backbone["name"], built_in.source, built_in.helper)
        for name, built_in in ARCHITECTURES.items()
    ]


def test_every_operator_of_a_pir_program_that_is_translated() -> None:
    found = rows("pir.md", r"^\| `([\w.]+)` \| (.*) \|$")
    assert {name: becomes.strip("`") for name, becomes in found} == {
        name: translation.becomes for name, translation in TRANSLATIONS.items()
    }
    assert [name for name, _ in found] == sorted(TRANSLATIONS)


def test_every_operator_that_is_read_back_with_its_source() -> None:
    found = rows("emulation.md", r"^\| `([\w.]+)` \| (`.*`) \|$")
    listed = {
        kind: f"lite/operators/{source}"
        for source, kinds in found
        for kind in re.findall(r"`(\w+)`", kinds)
    }
    assert listed == {kind: reading.source for kind, reading in READINGS.items()}
    assert [source for source, _ in found] == sorted(source for source, _ in found)


def test_every_dictionary_as_it_was_compared_with_paddleocr_inside_the_images() -> None:
    assert digest(table_of(PAGE.read_text(encoding="utf-8"))) == RECORDED, "make dictionaries"


def test_every_key() -> None:
    page = KEYS_PAGE.read_text(encoding="utf-8")
    assert with_table(page) == page, "run: python scripts/key_table.py"
