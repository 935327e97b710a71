"""What a .nb file needs of the app: read from its own kernels, and said wherever the file is named."""

from pathlib import Path

import pytest

from pipeline.project import load_project
from pipeline.report.html import render_html
from pipeline.report.markdown import render_markdown
from pipeline.report.table import needs_lines
from stages.contract import BufferHead, Needs, Runtime
from stages.lite.library import EXTRA, read_library
from stages.lite.naive_buffer import parse_naive_buffer
from stages.lite.needs import Lack, lacks, needs_of
from support.elf import lite_library
from support.naive import Op, naive_buffer
from support.projects import write_project
from support.results import make_evidence, make_report

HALF, OPENCL = "CalibComputeFp32ToFp16", "N6paddle4lite7kernels6opencl11ConvImageComputeE"


def needs(*kernels: str, version: str = "v2.13-rc") -> Needs:
    """Return what a file needs whose operators have these kernels."""
    operators = [
        Op(kernel.partition("/")[0], attributes={"__@kernel_type_attr@__": kernel})
        for kernel in kernels
    ]
    return needs_of(parse_naive_buffer(naive_buffer(operators, [], {}, version), Path("x.nb")))


@pytest.mark.parametrize(
    ("kernels", "expected"),
    [
        (["conv2d/def/4/1/1"], Needs("2.13")),
        (["conv2d/def/4/1/1", "hard_swish/def/4/1/1"], Needs("2.13", extra=("hard_swish",))),
        (["conv2d/def/4/5/1"], Needs("2.13", half=True)),
        (["conv2d/image2d/5/5/4"], Needs("2.13", opencl=True)),
    ],
)
def test_a_files_own_kernels_say_what_it_needs(kernels: list[str], expected: Needs) -> None:
    assert needs(*kernels) == expected


def test_a_file_needs_the_version_of_its_opt() -> None:
    assert needs("conv2d/def/4/1/1", version="v2.14-rc").at_least == "2.14"
    assert needs("conv2d/def/4/1/1", version="abcdef012").at_least == ""


ALL = Needs("2.13", extra=("hard_swish",), half=True, opencl=True)


@pytest.mark.parametrize(
    ("library", "expected"),
    [
        (lite_library(kernels=[*EXTRA.values(), HALF], own=OPENCL), set()),
        (lite_library(kernels=[*EXTRA.values(), HALF], own=OPENCL, version="v2.14-rc"), set()),
        (lite_library(kernels=[*EXTRA.values(), HALF], own=OPENCL, version="v2.10"), {Lack.VERSION}),
        (lite_library(kernels=["ConvCompute", HALF], own=OPENCL), {Lack.EXTRA}),
        (lite_library(), {Lack.HALF, Lack.OPENCL}),
        (lite_library(kernels=(), version=""), set()),
    ],
    ids=["whole", "newer", "older", "without extra", "neither half nor opencl", "cannot be told"],
)  # fmt: skip
def test_what_a_library_lacks_of_it(library: bytes, expected: set[Lack]) -> None:
    assert set(lacks(ALL, read_library(library))) == expected


def test_a_report_says_it_of_the_files_that_are_delivered(tmp_path: Path) -> None:
    plain, half = Needs("2.13", extra=("hard_swish",)), Needs("2.13", half=True)
    files = (
        BufferHead("nb-arm", "arm", "v2.13-rc", plain),
        BufferHead("nb-x86", "x86", "v2.13-rc", plain),
        BufferHead("nb-arm-fp16", "arm", "v2.13-rc", half),
        BufferHead("nb-arm-int8", "arm", ""),
    )
    project = load_project(write_project(tmp_path / "p"))
    evidence = make_evidence(runtime=Runtime("2.13rc0", files))
    report = make_report(project, evidence=evidence)
    said = "to load nb-arm, nb-x86: Paddle-Lite 2.13 or newer, with extra operators (with_extra=ON)"
    assert needs_lines(report)[0] == said and len(needs_lines(report)) == 2
    for page in (render_markdown(report).replace("\\", ""), render_html(report)):
        assert said in page and "ARMv8.2" in page
    refused = report.model_copy(update={"refused": ("nb-arm-fp16",)})
    assert needs_lines(refused) == [said]
