"""``paddock targets``"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass

from stages.contract import Exit
from stages.contract.variant import Variant
from tui.console import Terminal, fold
from tui.language import N_, _

DESCRIPTION = """\
What [convert] targets can name: what each is for, what it needs in the app, and what can be proved of it
here, without a phone. docs/targets.md tells more."""
_WIDTH = 96


@dataclass(frozen=True)
class Target:
    """A target, told to whoever chooses."""

    name: str
    purpose: str
    needs: str
    proof: str


TARGETS = (
    Target(
        "arm",
        N_("phones and boards with an ARM processor: what ships"),
        N_(
            "a Paddle-Lite library for ARM with extra operators (with_extra=ON), of the version of opt or "
            "newer; with fp16 = true a processor of ARMv8.2 and a library built with_arm82_fp16"
        ),
        N_(
            "every tensor is traced to the trained model, and the file, read back, is run by Paddle on all "
            "test images (row nb-arm, emulated): what it holds is the model. What ARM's kernels make of it "
            "is not shown"
        ),
    ),
    Target(
        "x86",
        N_("this machine: what can be run and measured here; also for a server"),
        N_("a Paddle-Lite library for x86; each predictor is given images of one width"),
        N_("all of it: Paddle-Lite runs the file on all test images (row nb-x86, measured)"),
    ),
    Target(
        "opencl",
        N_(
            "the GPU of a phone or a board, with arm behind it: what has no kernel there falls back"
        ),
        N_(
            "a Paddle-Lite library built with_opencl=ON and with extra operators, and the device's own "
            "OpenCL driver; ask IsOpenCLBackendValid() first and load model_arm.nb where it says no. By "
            "default the GPU computes in half precision if it can: set_opencl_precision(CL_PRECISION_FP32) "
            "asks for float32"
        ),
        N_(
            "as for arm: traced, and what the file holds is run by Paddle in float32 (row nb-opencl, "
            "emulated). No GPU runs it here, and nothing stands for half precision: the verdict is at best a "
            "pass with warnings"
        ),
    ),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--json", action="store_true", help="print one JSON list")


def run(options: argparse.Namespace, terminal: Terminal) -> int:
    """Print the targets."""
    if options.json:
        listed = [{**asdict(item), "file": Variant(item.name).file} for item in TARGETS]
        terminal.document(listed)
        return Exit.OK
    for item in TARGETS:
        terminal.print(f"{item.name}  {Variant(item.name).file}", "bold")
        for title, text in (
            (_("for"), item.purpose),
            (_("needs in the app"), item.needs),
            (_("proved here"), item.proof),
        ):
            terminal.print(f"  {title}")
            for line in fold(_(text), _WIDTH):
                terminal.print(f"    {line}")
    return Exit.OK
