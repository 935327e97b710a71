"""Programs that were quantised before they came here: their operators are known by name, not rewritten."""

from __future__ import annotations

from stages.contract.operators import is_of_quantisation
from stages.errors import StageError
from stages.message import msg
from stages.proto import proto


def refuse_quantised(program: proto.ProgramDesc, name: str) -> None:
    """Refuse a legacy program with quantising operators, before anything is made of it.

    Raises:
        StageError: says which, and how many.
    """
    kinds = [item.type for block in program.blocks for item in block.ops]
    found = [kind for kind in kinds if is_of_quantisation(kind)]
    if found:
        raise StageError(
            msg(
                '{program} is of a quantised ("slim") model: {count} times {what}',
                name,
                len(found),
                ", ".join(sorted(set(found))[:3]),
            ),
            name,
            msg("give the float32 model that it was made from"),
        )
