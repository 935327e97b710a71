"""Portable kernels give the same bytes on another maker's processor, which qemu-user emulates."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

import pytest

from stages.contract.kernels import PINS
from support import chain
from support.zygote import exchanged, serving

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
    """An interpreter on a processor that is not of this one's maker; so are the processes that it starts."""
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


@pytest.mark.emulated
@pytest.mark.real_processes
def test_from_images_to_nb_files_only_the_control_differs(
    launcher: Path, other: Path, tmp_path: Path
) -> None:
    here = _made_by(launcher, tmp_path / "here")
    with exchanged(str(other)), serving(tmp_path) as emulated:
        there = _made_by(emulated, tmp_path / "there")
    assert here.keys() == there.keys()
    assert {name for name in here if here[name] != there[name]} == {chain.CONTROL}
    for pattern in chain.MADE:
        assert any(Path(name).match(pattern) for name in here), pattern


def _made_by(python: Path, done: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of a chain; all run in one folder, whose name is in some of them.

    Left out is what says how long something took: what a stage works with, and the list of its files.
    """
    work = done.with_name("work")
    work.mkdir()
    path = f"{Path(chain.__file__).parents[1]}:{os.environ['PYTHONPATH']}"
    ran = subprocess.run(
        [python, "-m", chain.__name__, work],
        check=False,
        env={**os.environ, **PINS, "OMP_NUM_THREADS": "2", "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert ran.returncode == 0, ran.stdout.decode("utf-8", "replace")[-5000:]
    work.rename(done)
    return {
        path.relative_to(done).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in done.rglob("*")
        if path.is_file() and ".work" not in path.parts and path.name != "MANIFEST"
    }
