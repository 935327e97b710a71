"""Which language Paddock speaks: ``--lang``, then the environment as gettext reads it, then English."""

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


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("zh_CN", ["zh_CN", "zh-cn", "ZH", "zh_CN.UTF-8", "zh-Hans"]),
        ("", ["", "xx", "../zh_CN", "zhong", "C"]),
    ],
)
def test_ways_to_name_chinese_and_no_language(code: str, names: list[str]) -> None:
    assert [find(name) for name in names] == [code] * len(names)


def test_help_is_english_in_every_language() -> None:
    assert call("plan", "--help", environ=CHINESE).stdout == call("plan", "--help").stdout
    assert "unrecognized arguments: --jsn" in call("plan", "--jsn", environ=CHINESE).stderr


NO_PROJECT = "error: no paddock.toml"


@pytest.mark.parametrize(
    ("words", "environ", "encoding", "said"),
    [
        ("--lang zh plan nowhere", {}, "utf-8", ["错误："]),
        ("plan --lang zh nowhere", {}, "utf-8", ["错误："]),
        ("plan nowhere --lang=zh_CN", {}, "utf-8", ["错误："]),
        ("--batch nowhere --lang zh_TW", {}, "utf-8", ["错误："]),
        ("plan nowhere", CHINESE, "utf-8", ["错误："]),
        ("plan nowhere --lang en", CHINESE, "utf-8", ["error:"]),
        ("plan --lang klingon", {}, "utf-8",
         ["there is no language 'klingon'", "en (English), zh_CN (简体中文)"]),
        ("plan --lang", {}, "utf-8", ["--lang"]),
        ("plan -- --lang", {}, "utf-8", [f"{NO_PROJECT} in"]),  # behind two dashes it is a name
        ("plan nowhere", CHINESE, "ascii", [NO_PROJECT]),
        ("plan nowhere --lang zh", {}, "ascii",
         [NO_PROJECT, "ascii has no characters for zh_CN: this is English"]),
    ],
)  # fmt: skip
def test_what_is_asked_for_goes_before_the_environment_if_the_terminal_can_show_it(
    tmp_path: Path, words: str, environ: dict[str, str], encoding: str, said: list[str]
) -> None:
    done = call(*words.split(), environ={**NO_ENGINE, **environ}, cwd=tmp_path, encoding=encoding)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("错误：") is (said == ["错误："])
    assert all(text in done.stderr for text in said)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "gbk", "gb18030", "big5hkscs", "ascii", "latin-1", "none such"]
)
def test_encodings_for_chinese(encoding: str) -> None:
    assert can_show(encoding, "en") or encoding == "none such"
    assert can_show(encoding, "zh_CN") is (encoding in ("utf-8", "gbk", "gb18030"))


def test_gbk_terminal_gets_gbk() -> None:
    """In a process of its own: environment and encoding are what Python makes of them as it starts."""
    environ = {**NO_ENGINE, **CHINESE, "LANG": "zh_CN.GBK", "PYTHONIOENCODING": "gbk"}
    done = paddock("doctor", environ=environ, encoding="gbk")
    assert done.returncode == 4 and "+ 正常" in done.stdout and "x 问题" in done.stdout
    assert has_chinese(done.stdout)


def test_symbols_and_help_on_an_ascii_stdout() -> None:
    done = call("doctor", environ={**NO_ENGINE, "LC_ALL": "C"}, encoding="ascii")
    assert done.returncode == 4 and done.stderr == ""
    assert "x problem  engine: " in done.stdout
    done = call("--help", environ={"LC_ALL": "C"}, encoding="ascii")
    assert done.returncode == 0 and "paddock COMMAND ..." in done.stdout


def test_english_costs_nothing() -> None:
    speak("zh_CN")
    speak("en")
    assert chosen() == "en" and translated("never run") == "never run"
