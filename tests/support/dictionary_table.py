"""What docs/dictionaries.md says of PaddleOCR's own dictionaries; `make dictionaries` writes it anew.

``python -m support.dictionary_table PADDLEOCR`` prints the table.
"""

import hashlib
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from stages.contract import DictionaryRules
from stages.text.dictionary import Dictionary
from stages.text.oddities import Kind, Oddity
from stages.text.printable import printable

#: SHA-256 of the table: the page is not where PaddleOCR is, so a test on each side knows this.
RECORDED = "a0ccae2dc9685a93bf7ba3f05b606a9b22139baf40e5a1ddf726693a130472c2"
_HEAD = (
    "| dictionary | lines | classes | with `use_space_char` | odd lines |",
    "|---|---|---|---|---|",
)
#: How many lines of a kind the table names.
_NAMED = 3


def dictionaries_in(paddleocr: Path) -> list[Path]:
    """Return all dictionaries of a tree of PaddleOCR, sorted."""
    root = paddleocr / "ppocr" / "utils"
    return sorted([*root.glob("*.txt"), *root.glob("dict/**/*.txt")])


def table(paddleocr: Path) -> str:
    """Return a row for each dictionary, as Markdown."""
    root = paddleocr / "ppocr" / "utils"
    rows = (_row(path.relative_to(root).as_posix(), path) for path in dictionaries_in(paddleocr))
    return "\n".join((*_HEAD, *rows)) + "\n"


def digest(text: str) -> str:
    """Return the table's hash."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _row(name: str, path: Path) -> str:
    plain, spaced = (
        Dictionary.load_by_rules(path, DictionaryRules(trained=True, space_added=added))
        for added in (False, True)
    )
    odd = "; ".join(_odd(plain.oddities)) or "none"
    twice = [item for item in spaced.oddities if item.kind is Kind.SECOND_SPACE]
    more = f"{spaced.classes}, two spaces" if twice else str(spaced.classes)
    return f"| `{name}` | {len(plain.entries)} | {plain.classes} | {more} | {odd} |"


def _odd(oddities: Iterable[Oddity]) -> Iterator[str]:
    found = Counter(oddity.kind for oddity in oddities)
    for kind, count in found.items():
        examples = [item for item in oddities if item.kind is kind]
        yield f"{kind.value} {count}: {_examples(examples)}"


def _examples(found: Sequence[Oddity]) -> str:
    named = [f"line {item.number}{_text(item)}" for item in found[:_NAMED]]
    return ", ".join([*named, "…"] if len(found) > _NAMED else named)


def _text(item: Oddity) -> str:
    """Return the line as Python would write it, so that nothing in it can break the table."""
    shown = printable(item.text).replace("|", "\\|")
    same = f" as line {item.first}" if item.first else ""
    return f" `{shown}`{same}" if item.text else same


if __name__ == "__main__":
    sys.stdout.write(table(Path(sys.argv[1])))
