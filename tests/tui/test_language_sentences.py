"""A finished English sentence is recognised by its template, and its values are taken along."""

from __future__ import annotations

import time

import pytest

from stages.dataset.problems import Problems
from stages.errors import StageError
from support.language import english_in, speaking
from tui.language import translated
from tui.language.sentences import LONGEST, Sentences, parse_template

CATALOGUE = {
    "never run": "从未运行",
    "took over from a run that died ({dead})": "接管了一次已中断的运行（{dead}）",
    "fetching {path}": "取回 {path}",
    "fetching {name} ({package} {version})": "正在获取 {name}（{package} {version}）",
    "image changed ({old} → {new})": "镜像已变（{old} → {new}）",
    "unknown key{hint}": "未知的键{hint}",
    '; did you mean "{key}"?': "；是否想写“{key}”？",
    "{name}: accuracy drops by {drop}": "{name}：准确率下降 {drop}",
    "all {{braces}} are kept": "所有 {{花括号}} 都保留",
    "epochs": "轮",
    "{first}; {rest}": "{first}；{rest}",
    "{first}: {rest}": "{first}：{rest}",
}


@pytest.fixture
def sentences() -> Sentences:
    return Sentences(CATALOGUE)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("never run", "从未运行"),
        (
            "took over from a run that died (pid 7 on host)",
            "接管了一次已中断的运行（pid 7 on host）",
        ),
        ("took over from a run that died ()", "接管了一次已中断的运行（）"),
        ("fetching a/b c.txt", "取回 a/b c.txt"),
        ("fetching X (pkg 1.0)", "正在获取 X（pkg 1.0）"),
        ("unknown key", "未知的键"),
        ('unknown key; did you mean "val"?', "未知的键；是否想写“val”？"),
        ("nb-x86: accuracy drops by 0.1", "nb-x86：准确率下降 0.1"),
        ("image changed (a → b); never run", "镜像已变（a → b）；从未运行"),
        ("data: never run", "data：从未运行"),
        ("never run\nimage changed (a → b)", "从未运行\n镜像已变（a → b）"),
    ],
)
def test_recognised(sentences: Sentences, english: str, chinese: str) -> None:
    assert sentences.translated(english) == chinese


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "never",
        "Never run",
        "never run.",
        "fetchin g",
        "a; b",
        "took over from a run that died",
        "{",
        "}{",
    ],
)
def test_what_no_template_fits_stays(sentences: Sentences, text: str) -> None:
    assert sentences.translated(text) == text


def test_a_value_of_one_word_is_a_name_and_stays(sentences: Sentences) -> None:
    assert sentences.translated("epochs") == "轮"
    assert sentences.translated("fetching epochs") == "取回 epochs"


@pytest.mark.parametrize(
    "value", ["{0}", "{dead}", "{0.__class__}", "%(x)s", "\x1b[2J", "{", "a)b(c"]
)
def test_braces_in_a_value_are_only_text(sentences: Sentences, value: str) -> None:
    said = sentences.translated(f"took over from a run that died ({value})")
    assert said == f"接管了一次已中断的运行（{value}）"


def test_last_piece_stands_at_the_end() -> None:
    template = parse_template("from {one} to {other} again", "{other}{one}")
    assert template is not None
    assert template.match("from a to b to c again") == {"one": "a", "other": "b to c"}
    assert template.match("from a to b") is None
    assert template.match("from again") is None


@pytest.mark.parametrize(
    "sentence", ["no value", "{}", "{0}", "{a.b}", "{a!r}", "{a:>3}", "{a} {a}", "{", "a }"]
)
def test_what_is_no_template(sentence: str) -> None:
    assert parse_template(sentence, sentence) is None


def test_too_long_a_text_is_left_alone(sentences: Sentences) -> None:
    text = "took over from a run that died (" + "x" * LONGEST + ")"
    assert sentences.translated(text) == text


@pytest.mark.parametrize(
    "piece", ["; : ", "a, b (c) [d]; e: ", " → ", "x", "the image ", "({", ": a"]
)
def test_hostile_text_takes_no_time(piece: str) -> None:
    """With the whole catalogue, and text made of what templates look for."""
    text = (piece * LONGEST)[:LONGEST]
    with speaking("zh_CN"):
        begun = time.process_time()
        translated(text)
        assert time.process_time() - begun < 1.0


def test_hostile_text_can_only_look_like_a_sentence() -> None:
    with speaking("zh_CN"):
        assert translated("never run") == "从未运行"
        assert translated("\x1b[2Jnever run") == "\x1b[2Jnever run"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            'paddock.toml:6: data.vall: unknown key; did you mean "val"?',
            "paddock.toml:6：data.vall：未知的键；是否想写“val”？",
        ),
        (
            "image changed (0123abcd → 4567cdef); parameter epochs changed (30 → 40); input train added",
            "镜像已变（0123abcd → 4567cdef）；参数 epochs 已变（30 → 40）；新增输入 train",
        ),
        (
            "reaching the Docker engine: the Docker engine is not running: its socket does not exist",
            "连接 Docker 引擎：Docker 引擎没有运行：它的套接字不存在",
        ),
        (
            "unix:///var/run/docker.sock (default socket)",
            "unix:///var/run/docker.sock（默认套接字）",
        ),
        ("epoch 1/5, best accuracy 80.3%", "第 1/5 轮，最佳准确率 80.3%"),
        ("PASS  parity holds on 300 images", "通过  在 300 张图像上一致"),
        (
            "nb-x86: accuracy drops by 0.0100 against pd (allowed 0.0)",
            "nb-x86：准确率比 pd 下降 0.0100（允许 0.0）",
        ),
        (
            "the dictionary dict.txt, line 3: found a byte order mark; allowed is UTF-8 without one",
            "字典 dict.txt 第 3 行：出现字节顺序标记（BOM）；只允许不带 BOM 的 UTF-8",
        ),
        (
            "--from verify: convert has no result (image changed (a → b))",
            "--from verify：convert 没有结果（镜像已变（a → b））",
        ),
        ("after data and train", "在 data、train 之后"),
        (
            "took over from a run that died (pid 7 on host)",
            "接管了一次已中断的运行（host 上的进程 7）",
        ),
    ],
)
def test_sentences_as_the_pipeline_makes_them(english: str, chinese: str) -> None:
    with speaking("zh_CN"):
        assert translated(english) == chinese


def test_a_list_of_problems_line_by_line() -> None:
    problems = Problems()
    for line in range(30):
        problems.add(f"train.txt:{line}", f'the image "{line}.png" is missing')
    problems.add_outsider("train.txt:3", "車")
    with pytest.raises(StageError) as caught:
        problems.raise_if_any()
    with speaking("zh_CN"):
        said = translated(caught.value.message)
    lines = said.splitlines()
    assert lines[0] == "1 个字符不在字典中："
    assert lines[1] == '  "車" (U+8ECA) 首次出现在 train.txt:3，共 1 行'
    assert lines[2] == "数据中有 30 个问题："
    assert lines[3] == '  train.txt:0：图像 "0.png" 缺失'
    assert lines[-1] == "  … 还有 10 个问题"
    assert english_in(said) == []


def test_a_list_longer_than_nesting_is_deep() -> None:
    changes = [f"input model{number} changed (0123 → 4567)" for number in range(30)]
    with speaking("zh_CN"):
        said = translated("; ".join(changes))
    assert said.split("；") == [f"输入 model{number} 已变（0123 → 4567）" for number in range(30)]


def test_a_remedy_with_a_second_one() -> None:
    remedy = "add the characters to the dictionary, or correct the labels"
    with speaking("zh_CN"):
        said = translated(f"{remedy}; for the space set use_space_char = true")
    assert said == "把这些字符加入字典，或修正标注；空格请设置 use_space_char = true"
