"""docs/legalisation.md has the rules of stages/program/rules, and no others.

They are read as text: the rules' modules need Paddle, which the host has not.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/legalisation.md"
TESTS = ROOT / "tests/stages/test_program_rules.py"
RULES = ROOT / "stages/program/rules"
#: The modules in the order in which their rules are applied.
ORDER = re.compile(r"RULES: .*\(\*(.*)\)")
ROW = re.compile(r"^\| (.+) \| (`.+`) \| (.+) \| `(\w+)` \|$", re.MULTILINE)


def rules(module: str) -> Iterator[tuple[str, list[str], str]]:
    """Give name, operators and reason of each rule of a module."""
    tree = ast.parse((RULES / f"{module}.py").read_text(encoding="utf-8"))
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "Rule"
        ):
            name, operators, reason = node.args[:3]
            listed = constants[operators.id] if isinstance(operators, ast.Name) else operators
            yield (ast.literal_eval(name), list(ast.literal_eval(listed)), ast.literal_eval(reason))


def test_the_page_lists_every_rule_in_order() -> None:
    found = ORDER.search((RULES / "__init__.py").read_text(encoding="utf-8"))
    assert found
    modules = [name.lower() for name in found[1].split(", *")]
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    assert [(name, re.findall(r"`(\w+)`", kinds), reason) for name, kinds, reason, _ in rows] == [
        rule for module in modules for rule in rules(module)
    ]


def test_every_rule_has_its_test() -> None:
    named = {test for *_, test in ROW.findall(PAGE.read_text(encoding="utf-8"))}
    tests = set(re.findall(r"^def (test_\w+)", TESTS.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= tests
    assert len(named) == sum(1 for module in RULES.glob("*.py") for _ in rules(module.stem))
