"""One order and one set of names for a program, however its file listed the operators.

``opt`` sorts a graph as it walks it, so that files for two targets may list the same operators differently.
"""

from __future__ import annotations

from collections.abc import Iterator

from stages.proto import proto

_RESULT = "result_"


def in_order(program: proto.ProgramDesc) -> proto.ProgramDesc:
    """Return the program with its operators sorted by who needs them, from the result backwards.

    Each stands right after the last of what it reads; those that nothing needs are left out. Variables that
    operators make are numbered anew.
    """
    (block,) = program.blocks
    producers = {
        name: operator
        for operator in block.ops
        for slot in operator.outputs
        for name in slot.arguments
    }
    feeds = [operator for operator in block.ops if operator.type == "feed"]
    fetch = block.ops[-1]
    ordered = [*feeds, *_needed(fetch, producers, feeds)]
    names = _names(ordered)
    result = proto.ProgramDesc()
    result.CopyFrom(program)
    (written,) = result.blocks
    del written.ops[:], written.vars[:]
    written.ops.extend(_renamed(operator, names) for operator in ordered)
    for variable in block.vars:
        if variable.name in names or not variable.name.startswith(_RESULT):
            written.vars.add().CopyFrom(variable)
            written.vars[-1].name = names.get(variable.name, variable.name)
    written.vars.sort(key=lambda variable: variable.name)
    return result


def _needed(
    fetch: proto.OpDesc, producers: dict[str, proto.OpDesc], done: list[proto.OpDesc]
) -> Iterator[proto.OpDesc]:
    """Give what ``fetch`` needs and is not done, each after what it reads itself, ``fetch`` last."""
    known = {id(operator) for operator in done}
    waiting = [fetch]
    while waiting:
        operator = waiting[-1]
        missing = [item for item in _sources(operator, producers) if id(item) not in known]
        if missing:
            waiting.append(missing[0])
            continue
        waiting.pop()
        if id(operator) not in known:
            known.add(id(operator))
            yield operator


def _sources(operator: proto.OpDesc, producers: dict[str, proto.OpDesc]) -> list[proto.OpDesc]:
    read = [name for slot in operator.inputs for name in slot.arguments]
    return [producers[name] for name in read if name in producers]


def _names(operators: list[proto.OpDesc]) -> dict[str, str]:
    """Return a new name for each variable that an operator makes."""
    made = [name for item in operators for slot in item.outputs for name in slot.arguments]
    results = dict.fromkeys(name for name in made if name.startswith(_RESULT))
    return {name: f"{_RESULT}{number}" for number, name in enumerate(results, 1)}


def _renamed(operator: proto.OpDesc, names: dict[str, str]) -> proto.OpDesc:
    result = proto.OpDesc()
    result.CopyFrom(operator)
    for slot in (*result.inputs, *result.outputs):
        slot.arguments[:] = [names.get(name, name) for name in slot.arguments]
    return result
