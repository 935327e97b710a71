"""The operators of PIR models that can be replayed: one small translation each.

The names on both sides, of operators, slots and attributes, are those of
paddle/phi/ops/yaml/op_compat.yaml, which Paddle itself translates by in the other direction.
"""

from __future__ import annotations

from stages.pir.operators import constants, convolutions, elementwise, recurrent, shapes
from stages.pir.operators.base import Translation

_FAMILIES = (constants, convolutions, elementwise, recurrent, shapes)

#: Every translation by the PIR operator's name.
TRANSLATIONS: dict[str, Translation] = {
    translation.name: translation for family in _FAMILIES for translation in family.TRANSLATIONS
}
