"""Which vector units the kernels of a stage could choose from."""

from pathlib import Path

import pytest

from stages.cpu import read_cpu

INTEL = """\
processor	: 0
model name	: Intel(R) Xeon(R)  Processor @ 2.50GHz
flags		: fpu sse sse4_1 avx2 avx fma md_clear
processor	: 1
model name	: another
flags		: fpu
"""
ARM = "processor\t: 0\nFeatures\t: fp asimd evtstrm aes asimdhp\nCPU part\t: 0xd40\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (INTEL, {"cpu": "Intel(R) Xeon(R) Processor @ 2.50GHz", "cpu_flags": "avx avx2 fma sse4_1"}),
        (ARM, {"cpu_flags": "asimd asimdhp"}),
        ("flags :\n\nnonsense", {}),
    ],
)  # fmt: skip
def test_what_decides_numbers_is_read(tmp_path: Path, text: str, found: dict[str, str]) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text(text, encoding="utf-8")
    assert read_cpu(path) == found


def test_machine_that_tells_nothing_has_no_entry(tmp_path: Path) -> None:
    assert read_cpu(tmp_path / "none") == {}
