"""Which language Paddock speaks: ``--lang``, then the environment as gettext reads it, then English."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.cli import NO_ENGINE, call, paddock
from support.language import CHINESE, has_chinese
from tui.language import can_show, chosen, find, from_environment, speak, translated


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({}, "en"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN.GBK"}, "zh_CN"),
        ({"LANG": "zh"}, "zh_CN"),
        ({"LANG": "zh_TW.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_HK@radical"}, "zh_CN"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh_CN"),
        ({"LANGUAGE": "zh_CN:en"}, "zh_CN"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "de:zh_CN:en"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en:zh_CN"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": ":"}, "zh_CN"),
        ({"LC_ALL": "C", "LANGUAGE": "zh_CN"}, "en"),
        ({"LC_ALL": "C.UTF-8", "LANGUAGE": "zh_CN"}, "zh_CN"),
    ],
    ids=str,
)
def test_environment(environ: dict[str, str], code: str) -> None:
    assert from_environment(environ) == code


@pytest.mark.parametrize("name", ["zh_CN", "zh-cn", "ZH", "zh_CN.UTF-8", "zh-Hans"])
def test_ways_to_name_chinese(name: str) -> None:
    assert find(name) == "zh_CN"


@pytest.mark.parametrize("name", ["", "xx", "../zh_CN", "zhong", "C"])
def test_names_of_no_language(name: str) -> None:
    assert find(name) == ""


@pytest.mark.parametrize(
    "words",
    [
        ["--lang", "zh", "plan", "nowhere"],
        ["plan", "--lang", "zh", "nowhere"],
        ["plan", "nowhere", "--lang=zh_CN"],
        ["--batch", "nowhere", "--lang", "zh_TW"],
    ],
    ids=" ".join,
)
def test_option_before_and_after_the_command(words: list[str]) -> None:
    done = call(*words)
    assert done.returncode == 2 and done.stderr.startswith("错误：")


def test_option_goes_before_the_environment() -> None:
    assert "error:" in call("plan", "nowhere", "--lang", "en", environ=CHINESE).stderr


def test_environment_alone() -> None:
    assert "错误：" in call("plan", "nowhere", environ=CHINESE).stderr


def test_help_is_english_in_every_language() -> None:
    assert call("plan", "--help", environ=CHINESE).stdout == call("plan", "--help").stdout
    assert "unrecognized arguments: --jsn" in call("plan", "--jsn", environ=CHINESE).stderr


def test_unknown_language_is_a_usage_error_that_names_the_known() -> None:
    done = call("plan", "--lang", "klingon")
    assert done.returncode == 2 and done.stdout == ""
    assert "there is no language 'klingon'" in done.stderr
    assert "en (English), zh_CN (简体中文)" in done.stderr


def test_option_without_a_language() -> None:
    done = call("plan", "--lang")
    assert done.returncode == 2 and "--lang" in done.stderr


def test_after_two_dashes_it_is_a_name(tmp_path: Path) -> None:
    done = call("plan", "--", "--lang", cwd=tmp_path)
    assert done.returncode == 2 and "no paddock.toml in" in done.stderr


def test_chinese_that_the_terminal_cannot_show_is_english() -> None:
    done = call("plan", "nowhere", environ=CHINESE, encoding="ascii")
    assert done.returncode == 2 and "error: no paddock.toml" in done.stderr


def test_chinese_that_is_asked_for_and_cannot_be_shown() -> None:
    done = call("plan", "nowhere", "--lang", "zh", encoding="ascii")
    assert done.returncode == 2 and "error: no paddock.toml" in done.stderr
    assert "ascii has no characters for zh_CN: this is English" in done.stderr


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030", "big5hkscs"])
def test_encodings_for_chinese(encoding: str) -> None:
    assert can_show(encoding, "en")
    assert can_show(encoding, "zh_CN") is (encoding != "big5hkscs")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "no such encoding"])
def test_encodings_without_chinese(encoding: str) -> None:
    assert not can_show(encoding, "zh_CN")


def test_gbk_terminal_gets_gbk() -> None:
    """In a process of its own: environment and encoding are what Python makes of them as it starts."""
    environ = {**NO_ENGINE, **CHINESE, "LANG": "zh_CN.GBK", "PYTHONIOENCODING": "gbk"}
    done = paddock("doctor", environ=environ, encoding="gbk")
    assert done.returncode == 4 and "+ 正常" in done.stdout and "x 问题" in done.stdout
    assert has_chinese(done.stdout)


def test_symbols_on_an_ascii_stdout() -> None:
    done = call("doctor", environ={**NO_ENGINE, "LC_ALL": "C"}, encoding="ascii")
    assert done.returncode == 4 and done.stderr == ""
    assert "x problem  engine: " in done.stdout


def test_help_on_an_ascii_stdout() -> None:
    done = call("--help", environ={"LC_ALL": "C"}, encoding="ascii")
    assert done.returncode == 0 and "paddock COMMAND ..." in done.stdout


def test_english_costs_nothing() -> None:
    speak("zh_CN")
    speak("en")
    assert chosen() == "en" and translated("never run") == "never run"
