"""Which machine a ``.nb`` file is for, and what it computes in, as the kernels say that ``opt`` chose.

The file has no field for the machine, and a runtime of another machine crashes, or returns zeros with exit
code 0. Each operator names its kernel as ``conv2d/def/4/1/1``: operator, alias, target, precision,
layout (lite/core/kernel.cc, ``KernelBase::SerializeKernelType``; numbers: lite/api/paddle_place.h).
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from stages.lite.naive_buffer import NaiveBuffer, Operator, read_naive_buffer
from stages.lite.nb import malformed
from stages.lite.targets import without_fallback
from stages.message import msg

KERNEL_ATTRIBUTE = "__@kernel_type_attr@__"
#: What runs on every machine: the host's own CPU, or any target.
EVERYWHERE = ("host", "any")
_TARGETS = {
    1: "host", 2: "x86", 3: "cuda", 4: "arm", 5: "opencl", 6: "any", 7: "fpga", 8: "npu", 9: "xpu",
    10: "bm", 11: "mlu", 12: "rknpu", 13: "apu", 14: "huawei_ascend_npu", 15: "imagination_nna",
    16: "intel_fpga", 17: "metal", 18: "nnadapter",
}  # fmt: skip
_OPENCL = "5"
_PARTS = 5
#: What ends the name of an attribute that marks a parameter to be turned into half precision at loading
#: (``LightPredictor::WeightFP32ToFP16``, lite/api/light_api.cc).
HALF_MARK = "_fp16"
#: What OpenCL's convolutions have fused behind them, by ``fuse_elementwise_op_type``: the sum with
#: ``SecondInput``, and a relu after that (lite/core/optimizer/mir/fusion/conv_elementwise_tree_fuser.cc).
SUMS = ("elementwise_add", "fusion_elementwise_add_activation")


class Precision(str, Enum):
    """What a kernel computes in, where that is not what its inputs are (``PrecisionType``)."""

    FLOAT32 = "1"
    INT8 = "2"
    FLOAT16 = "5"
    OTHER = ""

    @classmethod
    def _missing_(cls, value: object) -> Precision:
        return cls.OTHER


def precision_of(operator: Operator) -> Precision:
    """Return what the operator's kernel computes in.

    OpenCL's kernels are all called half precision's. In which one they compute is the app's to say, when it
    loads the file (``set_opencl_precision``, lite/api/paddle_api.h): by default in half if the GPU can.
    """
    parts = _kernel(operator)
    if parts[-3:-2] == [_OPENCL]:
        return Precision.OTHER
    return Precision(parts[-2] if parts else "")


def is_half(nb: NaiveBuffer) -> bool:
    """Return whether a file has kernels that compute in half precision."""
    return any(precision_of(item) is Precision.FLOAT16 for item in nb.every_operator())


def is_opencl(nb: NaiveBuffer) -> bool:
    """Return whether a file has kernels of OpenCL's."""
    return any(_kernel(item)[-3:-2] == [_OPENCL] for item in nb.every_operator())


def read_target(nb: Path) -> str:
    """Return what a ``.nb`` file was made for: ``arm``, ``x86``, ``opencl``, …; ``arm+x86`` if mixed.

    Raises:
        StageError: the file is damaged, or its operators do not name their kernels.
    """
    return target_of(read_naive_buffer(nb))


def target_of(model: NaiveBuffer) -> str:
    """Return the target of a file that was read, as :func:`read_target` does.

    Raises:
        StageError: its operators do not name their kernels.
    """
    targets = {_target(model, operator) for operator in model.every_operator()}
    return "+".join(sorted(without_fallback(targets.difference(EVERYWHERE)))) or "host"


def _target(model: NaiveBuffer, operator: Operator) -> str:
    kernel = str(operator.attributes.get(KERNEL_ATTRIBUTE, ""))
    parts = _kernel(operator)
    number = parts[-3] if parts else ""
    if not number.isdecimal() or int(number) not in _TARGETS:
        raise malformed(
            model.path,
            msg("operator {type} has the kernel {kernel}", repr(operator.type), repr(kernel[:80])),
        )
    return _TARGETS[int(number)]


def _kernel(operator: Operator) -> list[str]:
    """Return the parts of the name of an operator's kernel; [] if it names none."""
    parts = str(operator.attributes.get(KERNEL_ATTRIBUTE, "")).split("/")
    return parts if len(parts) >= _PARTS else []
