"""``paddock targets``: all that [convert] targets takes, and what each needs."""

import json

from pipeline.project.schema import ConvertSection
from stages.lite.targets import TARGETS
from support.cli import call


def test_every_target_says_what_it_is_for_what_it_needs_and_what_is_proved() -> None:
    done = call("targets")
    assert done.returncode == 0
    for word in ("model_opencl.nb", "with_opencl=ON", "set_opencl_precision(CL_PRECISION_FP32)"):
        assert word in done.stdout
    listed = json.loads(call("targets", "--json").stdout)
    assert tuple(item["name"] for item in listed) == TARGETS
    assert ConvertSection(targets=[item["name"] for item in listed]).targets == list(TARGETS)
    assert {"purpose", "needs", "proof", "file"} <= listed[0].keys()
