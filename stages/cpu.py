"""The processor that a stage runs on, as far as it decides numbers.

oneDNN, OpenBLAS and Paddle-Lite choose their kernels by these flags, and kernels add up in different
orders: the same model gives other last digits on another processor.
"""

from __future__ import annotations

from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
#: Vector units that kernels are written for: x86's, then Arm's.
DECISIVE = frozenset(
    (
        "sse4_1", "sse4_2", "avx", "f16c", "fma", "avx2", "avx_vnni",
        "avx512f", "avx512dq", "avx512bw", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16",
        "amx_tile", "amx_int8", "amx_bf16",
        "asimd", "asimdhp", "asimddp", "asimdfhm", "sve", "sve2", "i8mm", "bf16",
    )
)  # fmt: skip
_MODEL, _FLAGS = ("model name", "Hardware"), ("flags", "Features")


def read_cpu(path: Path = CPUINFO) -> dict[str, str]:
    """Return ``cpu`` (its name) and ``cpu_flags`` (sorted, with spaces); what is not told is left out."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    found = {"cpu": " ".join(_first(text, _MODEL).split()), "cpu_flags": flags_of(text)}
    return {name: value for name, value in found.items() if value}


def flags_of(text: str) -> str:
    """Return the vector units that ``/proc/cpuinfo`` names, sorted, with spaces."""
    return " ".join(sorted(DECISIVE.intersection(_first(text, _FLAGS).split())))


def _first(text: str, names: tuple[str, ...]) -> str:
    """Return the first processor's value of the first of ``names`` that is told; "" if none is."""
    facts: dict[str, str] = {}
    for line in text.splitlines():
        name, _, value = (part.strip() for part in line.partition(":"))
        facts.setdefault(name, value)
    return next((facts[name] for name in names if facts.get(name)), "")
