"""The two READMEs say the same: commands, links, pictures and numbers."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def links(path: Path) -> set[str]:
    return set(re.findall(r"\]\(([^)]+)\)", text(path))) - {ENGLISH.name, CHINESE.name}


def commands(path: Path) -> list[str]:
    """Return the lines of the code blocks without their comments."""
    blocks = re.findall(r"```\w*\n(.*?)```", text(path), re.DOTALL)
    return [line.partition("#")[0].rstrip() for block in blocks for line in block.splitlines()]


def measured(path: Path) -> list[str]:
    """Return the rows of the tables of numbers."""
    return [line for line in text(path).splitlines() if re.match(r"\| (checkpoint|pd|nb-)", line)]


def test_each_links_to_the_other() -> None:
    assert f"[简体中文]({CHINESE.name})" in text(ENGLISH).partition("\n\n**From")[0]
    assert f"[English]({ENGLISH.name})" in text(CHINESE).partition("\n\n**从")[0]


def test_same_links_and_pictures() -> None:
    assert links(CHINESE) == links(ENGLISH)
    assert all((ROOT / link).exists() for link in links(CHINESE) if "://" not in link)


def test_same_commands_numbers_and_sections() -> None:
    assert commands(CHINESE) == commands(ENGLISH)
    assert measured(CHINESE) == measured(ENGLISH)
    counts = [len(re.findall(r"(?m)^#", text(path))) for path in (ENGLISH, CHINESE)]
    assert counts[0] == counts[1]
