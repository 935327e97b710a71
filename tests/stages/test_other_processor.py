"""MKL's pin holds on another maker's processor, which qemu-user emulates; the others are not tried here."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from stages.contract.kernels import PINS

_EMULATOR = "qemu-x86_64-static"
#: Which processor stands for the other maker: both have AVX2 and FMA, and qemu has nothing wider.
_OTHER = {"GenuineIntel": "EPYC-Milan", "AuthenticAMD": "Haswell"}
#: Error functions of MKL alone, which is loaded in a moment.
_MKL = """
import ctypes, hashlib, pathlib, numpy
site = pathlib.Path(numpy.__file__).parents[1]
ctypes.CDLL(str(site / "paddle/libs/libiomp5.so"), ctypes.RTLD_GLOBAL)
mkl = ctypes.CDLL(str(site / "paddle/libs/libmklml_intel.so"))
given = numpy.linspace(-3, 3, 1000, dtype=numpy.float32)
made = numpy.empty_like(given)
mkl.vsErf(1000, given.ctypes.data_as(ctypes.c_void_p), made.ctypes.data_as(ctypes.c_void_p))
print(hashlib.sha256(made.tobytes()).hexdigest())
"""


@pytest.fixture(scope="module")
def other(real_python: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter on a processor that is not of this one's maker."""
    lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    maker = next(line.split()[-1] for line in lines if line.startswith("vendor_id"))
    python = tmp_path_factory.mktemp("other") / "python"
    command = f"exec {_EMULATOR} -cpu {_OTHER.get(maker, 'Haswell')} {real_python}"
    python.write_text(f'#!/bin/sh\n{command} "$@"\n', encoding="ascii")
    python.chmod(0o755)
    return python


@pytest.mark.real_processes
def test_a_library_without_its_pin_gives_other_bytes_there(real_python: str, other: Path) -> None:
    """It asks for the maker, and is answered that it is another: so the emulation proves something."""
    pinned = {**os.environ, **PINS}
    free = {name: value for name, value in pinned.items() if name not in PINS}
    assert _said(other, free) != _said(real_python, free)
    assert _said(other, pinned) == _said(real_python, pinned)


def _said(python: Path | str, environ: dict[str, str]) -> bytes:
    done = subprocess.run([python, "-c", _MKL], check=True, capture_output=True, env=environ)
    return done.stdout
