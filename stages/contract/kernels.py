"""Which processor kernels a stage computes with: the same on all x86-64 processors, or this one's best.

What differs on emulated and real processors, operation by operation, and what makes it equal, was measured
for the libraries that the images pin: docs/reproducibility.md.
"""

from __future__ import annotations

from typing import Literal, get_args

Kernels = Literal["portable", "native"]
KERNELS: tuple[Kernels, ...] = get_args(Kernels)

#: What portable kernels need of the processor, as ``/proc/cpuinfo`` names it.
NEEDED = frozenset(("avx2", "fma"))
#: Set before the libraries load. MKL asks for the maker of the processor, oneDNN and NumPy for its vector
#: units; MKL would also take fewer threads where there are fewer cores, and share its sums out otherwise.
PINS = {
    "MKL_DEBUG_CPU_TYPE": "5",
    "MKL_DYNAMIC": "FALSE",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL",
    "OPENBLAS_CORETYPE": "Haswell",
    "OPENCV_IPP": "avx2",
}
