from __future__ import annotations

from stages.lite.operators import read_table

TABLE = """Supported OPs on ' kX86':
                                        OP_name  kHost  kUnk  kX86
                                            abs      Y
                               conv2d_transpose                  Y
                                           rows      N      Y
                                          empty

Y
"""


def test_a_row_with_a_kernel_in_any_column_is_an_operator() -> None:
    assert read_table(TABLE) == {"abs", "conv2d_transpose"}


def test_what_is_no_table_has_no_operators() -> None:
    assert read_table("") == frozenset()
    assert read_table("usage: paddle_lite_opt [-h]\nerror: unrecognized Y arguments") == frozenset()
