from pathlib import Path
from typing import Any

import pytest

from stages.contract import Spec, Warned
from stages.pitfalls import Pitfall
from stages.ppocr.architectures import ARCHITECTURES
from stages.ppocr.config import Config, DataPaths, Settings, ctc_config, training_config
from stages.ppocr.guide import warn_of_guide
from stages.runtime import Context

PATHS = DataPaths(Path("/t"), Path("/t.txt"), Path("/v"), Path("/v.txt"), Path("/d.txt"))
SETTINGS = Settings((3, 48, 160), False, 30, 40, 16, 5e-4, 7)
CTC = {"CTCHead": {"Neck": {"name": "svtr", "use_guide": True}, "Head": {}}}


def warnings(config: dict[str, Any]) -> list[Warned]:
    said: list[Any] = []
    warn_of_guide(Context(Spec("train", "k", "/o"), Path("/o"), said.append), config)
    return said


def built_in() -> list[Config]:
    own = [training_config(item, PATHS, SETTINGS) for item in ARCHITECTURES.values()]
    return [*own, *(ctc_config(item.ctc(), PATHS, SETTINGS) for item in ARCHITECTURES.values())]


@pytest.mark.parametrize("config", built_in())
def test_the_built_in_configurations_train_their_backbone(config: Config) -> None:
    assert warnings(config) == []


@pytest.mark.parametrize(
    "config",
    [
        {
            "Architecture": {"Neck": {"use_guide": True}, "Head": {"name": "CTCHead"}},
            "Loss": {"name": "CTCLoss"},
        },
        {
            "Architecture": {"Head": {"name": "MultiHead", "head_list": [CTC, {"NRTRHead": {}}]}},
            "Loss": {"name": "MultiLoss", "loss_config_list": [{"CTCLoss": None}]},
        },
        {
            "Architecture": {"Head": {"name": "MultiHead", "head_list": [CTC, {"NRTRHead": {}}]}},
            "Loss": {"loss_config_list": [{"CTCLoss": None}, {"NRTRLoss": None}], "weight_2": 0.0},
        },
    ],
    ids=["plain neck", "no other loss", "no weight"],
)
def test_a_backbone_that_nothing_trains_is_a_warning(config: dict[str, Any]) -> None:
    (warning,) = warnings(config)
    assert warning.pitfall == Pitfall.USE_GUIDE
    assert "neck and classifier learn, the backbone stays as it is" in warning.message


@pytest.mark.parametrize(
    "config",
    [
        {"Architecture": {"Neck": None, "Head": {"name": "CTCHead"}}, "Loss": None},
        {"Architecture": {"Head": {"name": "MultiHead", "head_list": "x"}}},
        {"Architecture": {"Head": {"head_list": [None, {"CTCHead": {"Neck": 3}}]}}},
    ],
)
def test_an_odd_configuration_is_no_reason_to_fail(config: dict[str, Any]) -> None:
    assert warnings(config) == []
