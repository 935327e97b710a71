"""paddock.toml: what is accepted, and how everything else is refused."""

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.project import load_project
from stages.contract import Exit
from stages.early import METRICS, EarlyStopping
from support.given import give_pd
from support.projects import DATA, HEAD, MINIMAL, write_project

EVERYTHING = """
[project]
name = "plates"
kernels = "native"

[data]
root = "data"
train = ["train.txt"]
val = ["val.txt"]
test = ["test.txt"]
dictionary = "dict.txt"
use_space_char = true
max_text_length = 40
allow_overlap = true

[model]
task = "recognition"
architecture = "PP-OCRv5_mobile_rec"
pretrained = { url = "https://example.org/m.pdparams", sha256 = "%s" }
image_shape = [3, 32, 320]

[train]
mode = "full"
checkpoint = ""
epochs = 3
batch_size = 8
learning_rate = 5e-4
early_stopping = { metric = "ned", patience = 2, min_delta = 0.01 }
copies = 0
seed = 7
device = "gpu"
devices = 2
overrides = ["Global.print_batch_step=1"]

[export]
model = ""

[convert]
targets = ["x86"]
weights = ["float32", "int16", "int8"]
fp16 = false

[quantize]
images = 30
max_accuracy_drop = 0.02
min_agreement = 0.9

[verify]
min_accuracy = 0.9
max_accuracy_drop = 0.01
min_agreement = 0.99
max_abs_diff = 1e-2
runtime = "2.13"
recognition = ""

[limits]
cpus = 1.5
memory = "512m"
""" % ("a" * 64)


def refusal(folder: Path, text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        load_project(write_project(folder / "project", text))
    assert caught.value.code == Exit.USAGE
    return caught.value


def test_every_documented_key_is_accepted(tmp_path: Path) -> None:
    settings = load_project(write_project(tmp_path / "p", EVERYTHING)).settings
    assert settings.data.use_space_char and settings.data.max_text_length == 40
    assert settings.train.early_stopping.metric == "ned"
    assert settings.train.overrides == ["Global.print_batch_step=1"]
    assert settings.convert.targets == ["x86"] and settings.quantize.images == 30
    assert [variant.name for variant in settings.convert.variants] == [
        "x86",
        "x86-int16",
        "x86-int8",
    ]
    assert settings.limits.memory_bytes == 512 * 1024**2


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_that_training_knows_can_be_asked_for(tmp_path: Path, metric: str) -> None:
    text = MINIMAL + f'\n[train]\nearly_stopping = {{ metric = "{metric}" }}\n'
    early = load_project(write_project(tmp_path / "p", text)).settings.train.early_stopping
    assert EarlyStopping.of({"early_stopping": early.model_dump()}).metric == metric


def test_the_documentation_has_every_key() -> None:
    page = (Path(__file__).parents[2] / "docs" / "project-file.md").read_text(encoding="utf-8")
    for line in EVERYTHING.splitlines():
        name = line.partition("=")[0].strip() if "=" in line else line
        assert not name or f"`{name}`" in page or f"`{name}`," in page, name


def test_defaults_are_those_of_the_documentation(tmp_path: Path) -> None:
    settings = load_project(write_project(tmp_path / "p")).settings
    assert settings.data.root == "data" and settings.data.max_text_length == 25
    assert not settings.data.use_space_char
    assert settings.model.architecture == settings.model.pretrained == "PP-OCRv5_mobile_rec"
    assert settings.model.image_shape == [3, 48, 320]
    train = settings.train
    assert (train.mode, train.epochs, train.batch_size, train.seed) == ("frozen", 30, 64, 42)
    assert train.learning_rate == 1e-3 and train.device == "cpu"
    assert train.early_stopping.model_dump() == {"metric": "acc", "patience": 5, "min_delta": 0.0}
    assert settings.convert.targets == ["arm", "x86"] and not settings.convert.fp16
    assert settings.verify.min_agreement == 1.0 and settings.verify.max_abs_diff == 1e-3
    assert settings.verify.runtime == "" and not settings.data.allow_overlap
    assert settings.limits.memory_bytes is None


@pytest.mark.parametrize("version", ["2.13", "2.13.0", "2.13rc0", "v2.13-rc", "v2.14-rc1"])
def test_the_apps_runtime_may_be_written_as_paddle_lite_writes_it(
    tmp_path: Path, version: str
) -> None:
    text = f'{MINIMAL}\n[verify]\nruntime = "{version}"\n'
    assert load_project(write_project(tmp_path / "p", text)).settings.verify.runtime == version


UNTESTED = HEAD + '[data]\ndictionary = "dict.txt"\n[export]\nmodel = "../pd"\n'
TWO_STARTS = f'{MINIMAL}\n[train]\ncheckpoint = "a"\n[export]\nmodel = "b"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{MINIMAL}\n[train]\nbatchsize = 8\n",
         '11: train.batchsize: unknown key; did you mean "batch_size"?'),
        (f"{MINIMAL}\n[convert]\nzzz = 8\n",
         "11: convert.zzz: unknown key; known: targets, weights, fp16, models"),
        (f"{MINIMAL}\n[trian]\nepochs = 3\n", '10: trian: unknown key; did you mean "train"?'),
        ("[data]\ntrain = []\n", "1: project: required, but not there"),
        (MINIMAL.replace('train = ["train.txt"]\n', ""),
         "4: data.train: needed for training: a list of label files"),
        (MINIMAL.replace('val = ["val.txt"]\n', ""),
         "4: data.val: needed for training: a list of label files"),
        (UNTESTED, "3: data.test: a list of label files to measure on is needed"),
        (MINIMAL.replace("val.txt", "nothere.txt"), "6: data.val: no file 'nothere.txt'"),
        (MINIMAL.replace("dict.txt", "nothere.txt"), "8: data.dictionary: no file 'nothere.txt'"),
        (TWO_STARTS, "13: export.model: start from a checkpoint or from an inference model, not from both"),
    ],
    ids=["unknown", "lists the known", "table", "no table", "train", "val", "test", "no labels",
         "no dictionary", "two starts"],
)  # fmt: skip
def test_what_is_unknown_or_not_there_is_named_with_its_line(
    tmp_path: Path, text: str, said: str
) -> None:
    give_pd(tmp_path / "pd")
    error = refusal(tmp_path, text)
    assert error.message.partition(f" in {tmp_path}")[0] == f"paddock.toml:{said}"
    assert error.where.endswith("paddock.toml")


def test_unknown_key_of_an_inline_table_is_named(tmp_path: Path) -> None:
    text = MINIMAL + '\n[model]\npretrained = { url = "https://e.org/m", sha265 = "%s" }\n'
    error = refusal(tmp_path, text % ("a" * 64))
    assert "paddock.toml:11: model.pretrained" in error.message
    assert 'sha265: unknown key; did you mean "sha256"?' in error.message


@pytest.mark.parametrize(
    ("table", "line", "said"),
    [
        ("train", 'epochs = "30"', "train.epochs: input should be a valid integer; found '30'"),
        ("train", "epochs = 0", "train.epochs: input should be greater than or equal to 1; found 0"),
        ("train", "learning_rate = 0", "train.learning_rate"),
        ("train", 'mode = "fast"', "train.mode: input should be 'frozen' or 'full'; found 'fast'"),
        ("train", 'overrides = ["x"]', "'x' is not KEY=VALUE"),
        ("train", "seed = -1", "train.seed"),
        ("train", "copies = -1", "train.copies"),
        ("train", 'copies = 1\nmode = "full"', "train.copies: for mode frozen only"),
        ("train", "early_stopping = { patience = 0 }", "train.early_stopping.patience"),
        ("model", "image_shape = [1, 48, 320]", "must be [3, height 16-128, width 32-4096]"),
        ("model", "image_shape = [3, 48]", "model.image_shape"),
        ("model", "pretrained = 3", "model.pretrained"),
        ("convert", 'targets = ["arm", "arm"]', "convert.targets: each target once"),
        ("convert", "targets = []", "convert.targets"),
        ("convert", 'targets = ["npu"]', "input should be 'arm', 'x86' or 'opencl'; found 'npu'"),
        ("convert", 'weights = ["int8", "int8"]', "convert.weights: each kind of weights once"),
        ("convert", "weights = []", "convert.weights"),
        ("convert", 'weights = ["int4"]', "convert.weights"),
        ("quantize", "images = 0", "quantize.images"),
        ("convert", "fp16 = 1", "convert.fp16: input should be a valid boolean; found 1"),
        ("verify", "min_agreement = 1.5", "verify.min_agreement"),
        ("verify", "max_abs_diff = 0", "verify.max_abs_diff"),
        ("verify", "min_accuracy = nan", "verify.min_accuracy"),
        ("verify", 'runtime = "two"', 'must be a version of Paddle-Lite such as "2.13"'),
        ("verify", "runtime = 2.13", "verify.runtime: input should be a valid string; found 2.13"),
        ("verify", 'arm_runtime = "lite.tar.gz"', 'arm_runtime: must be a table such as { path = "…" }'),
        ("limits", 'memory = "8 GB"', 'must be a size such as "512m" or "8g"'),
        ("limits", "cpus = 0", "limits.cpus"),
    ],
)  # fmt: skip
def test_wrong_value_is_refused_with_its_line(
    tmp_path: Path, table: str, line: str, said: str
) -> None:
    error = refusal(tmp_path, f"{MINIMAL}\n[{table}]\n{line}\n")
    assert said in error.message
    assert "paddock.toml:11: " in error.message


@pytest.mark.parametrize(
    ("convert", "said"),
    [
        (
            'weights = ["float32", "int8"]\nfp16 = true',
            "convert.fp16: not together with int8: half precision reads the integers' biases as other "
            "numbers (paddock explain quantised-fp16)",
        ),
        ('targets = ["x86"]\nfp16 = true', "convert.fp16: for arm only"),
        ('weights = ["int8"]\nmodels = { arm = "m.nb" }', "stands for the weights float32"),
    ],
)
def test_weights_that_would_be_wrong_are_refused_as_the_file_is_read(
    tmp_path: Path, convert: str, said: str
) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "m.nb").write_bytes(b"x")
    assert said in refusal(tmp_path, f"{MINIMAL}\n[convert]\n{convert}\n").message


def test_int8_needs_images_of_train(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    text = HEAD + DATA.replace('train = ["train.txt"]', "train = []") + '\n[export]\nmodel = "pd"\n'
    write_project(folder, text + '[convert]\nweights = ["int16"]\n')
    give_pd(folder / "pd")
    load_project(folder)
    path = folder / "paddock.toml"
    path.write_text(text + '[convert]\nweights = ["float32", "int8"]\n')
    with pytest.raises(
        UsageError, match=r"data\.train: needed for int8, which is rounded with images"
    ):
        load_project(folder)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    error = refusal(tmp_path, MINIMAL + "\n[train]\nepochs = 0\nbatch_size = 0\n")
    assert len(error.message.splitlines()) == 2


@pytest.mark.parametrize("name", ["Plates", "", "a b", "-x", "x" * 42, "ä", "a\\nb"])
def test_name_that_could_not_name_a_volume_is_refused(tmp_path: Path, name: str) -> None:
    assert "project.name" in refusal(tmp_path, f'[project]\nname = "{name}"\n{DATA}').message


def test_missing_project_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no paddock\.toml in") as caught:
        load_project(tmp_path)
    assert "paddock init" in caught.value.remedy
    with pytest.raises(UsageError, match="not a folder"):
        load_project(write_project(tmp_path / "p") / "paddock.toml")


def test_project_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "paddock.toml").mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        load_project(tmp_path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("train = ", "line 3"),
        *((f"x = {value}", "") for value in ("9" * 5000, "0x" + "f" * 9000, "[" * 5000, "{a=" * 5000)),
    ],
    ids=["nothing", "integer", "hexadecimal", "lists", "tables"],
)  # fmt: skip
def test_what_is_no_toml_or_more_than_a_parser_can_hold_is_refused(
    tmp_path: Path, line: str, said: str
) -> None:
    message = refusal(tmp_path, f"{HEAD}{line}\n").message
    assert "not valid TOML" in message and said in message


@pytest.mark.parametrize("key", ["epochs", "checkpoint", "mode"])
def test_a_value_of_any_length_is_refused_in_a_few_words(tmp_path: Path, key: str) -> None:
    text = f'{MINIMAL}[train]\n{key} = "{"x" * 100_000}"\n'
    assert len(refusal(tmp_path, text).message) < 1000


def test_bytes_that_are_not_utf8_are_refused(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p")
    (folder / "paddock.toml").write_bytes(MINIMAL.encode() + b"# \xff\n")
    with pytest.raises(UsageError, match=r"not UTF-8 \(byte \d+\)"):
        load_project(folder)


def test_a_project_that_starts_from_a_model_needs_no_training_data(tmp_path: Path) -> None:
    give_pd(tmp_path / "pd")
    text = (
        HEAD + '[data]\ntest = ["test.txt"]\ndictionary = "dict.txt"\n[export]\nmodel = "../pd"\n'
    )
    assert load_project(write_project(tmp_path / "p", text)).settings.data.train == []


@pytest.mark.parametrize("name", ["../train.txt", "/train.txt", "MANIFEST", "a\\u001b.txt", ""])
def test_label_file_that_could_leave_its_tree_is_refused(tmp_path: Path, name: str) -> None:
    error = refusal(tmp_path, MINIMAL.replace('"train.txt"', f'"{name}"'))
    assert "paddock.toml:5: data.train" in error.message
    assert "must be a relative path below data.root" in error.message
