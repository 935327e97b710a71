"""Dictionaries that came with a trained model: how the cases end, where that is decided.

``data`` settles it from the dictionary and from what the model says of its classes.
"""

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.project import load_project
from stages.contract import DEFAULT_CHARACTERS, DEFAULT_DICTIONARY, DictionaryRules
from stages.errors import IntegrityError
from stages.guards.trained import Named, Settled, Told, settle
from stages.pitfalls import Pitfall
from stages.text.decode import collapse
from stages.text.dictionary import Dictionary, read_lines
from stages.text.handoff import describe_decoding
from stages.text.oddities import sentences
from support.given import give_checkpoint
from support.projects import HEAD, write_project

#: As en_dict.txt: a space is on its last line.
SPACED = (*"0123456789", " ")
DEFAULT = tuple(DEFAULT_CHARACTERS)


def own(entries: tuple[str, ...], classes: int, use_space_char: bool) -> Settled:
    """Settle a dictionary that a model's inference.yml lists."""
    told = Told("inference.json", classes, "inference.yml", entries, remedy="remove it")
    return settle(Named("inference.yml", entries, is_own=True), told, use_space_char)


def users(
    entries: tuple[str, ...], classes: int, use_space_char: bool, told: Told | None = None
) -> Settled:
    """Settle a file of the user's, beside a model that lists nothing."""
    named = Named("en_dict.txt", entries)
    return settle(named, told or Told("best_accuracy.pdparams", classes), use_space_char)


def read(folder: Path, entries: tuple[str, ...], rules: DictionaryRules) -> Dictionary:
    path = folder / "dict.txt"
    path.write_text("".join(f"{entry}\n" for entry in entries), encoding="utf-8", newline="")
    return Dictionary.load_by_rules(path, rules)


@pytest.mark.parametrize("use_space_char", [True, False], ids=["B01-twice", "B01-in-file"])
def test_both_classes_are_a_space_whatever_the_project_says(
    tmp_path: Path, use_space_char: bool
) -> None:
    settled = own(SPACED, 13, use_space_char)
    assert settled.rules == DictionaryRules(trained=True, space_added=True)
    dictionary = read(tmp_path, SPACED, settled.rules)
    assert dictionary.classes == 13
    assert collapse([11, 0, 2, 12, 3], [1.0] * 5, dictionary).text == " 1 2"
    assert dictionary.encode("1 2") == [2, 12, 3], "labels trained the last one"
    ((said, pitfall),) = sentences(dictionary.oddities)
    assert pitfall is Pitfall.DICTIONARY_DOUBLE_SPACE
    where = '" " (U+0020) is class 11 and class 12'
    assert f"the space is more than one class, as in the training: {where}" in said
    decode = describe_decoding(dictionary)
    assert decode["space"] == "classes 11, 12: each is a space"
    assert decode["characters_by_class"] == ["", *SPACED, " "]
    (odd,) = decode["odd_classes"]
    assert (odd["class"], odd["same_as"], odd["pitfall"]) == (12, 11, "dictionary-double-space")


def test_a_setting_that_the_classes_of_the_model_contradict_is_said_and_overruled() -> None:
    ((said, pitfall),) = own(SPACED, 13, use_space_char=False).warnings
    assert pitfall is Pitfall.DICTIONARY_CLASSES
    assert "the 11 lines of inference.yml and the blank make 12, and 13 with the space" in said
    assert "read with use_space_char = true, not false as in [data]" in said
    assert own(SPACED, 13, use_space_char=True).warnings == ()
    assert not own(SPACED, 12, use_space_char=True).rules.space_added


@pytest.mark.parametrize(("classes", "right"), [(13, True), (12, False)])
def test_a_users_file_needs_the_setting_that_fits_and_is_told_it(classes: int, right: bool) -> None:
    assert users(SPACED, classes, right).rules == DictionaryRules(True, right)
    with pytest.raises(IntegrityError) as caught:
        users(SPACED, classes, not right)
    assert f"set [data] use_space_char = {str(right).lower()}" in caught.value.remedy
    assert f"best_accuracy.pdparams has {classes} classes; the 11 lines" in caught.value.message
    assert caught.value.pitfall is Pitfall.DICTIONARY_CLASSES


def test_a_configuration_that_says_so_too_proves_it() -> None:
    told = Told("best_accuracy.pdparams", 13, "rec.yml", space=True)
    ((said, _),) = users(SPACED, 13, use_space_char=False, told=told).warnings
    assert "read with use_space_char = true" in said


def test_a_configuration_does_not_overrule_the_classes() -> None:
    told = Told("best_accuracy.pdparams", 12, "rec.yml", space=True)
    settled = users(SPACED, 12, use_space_char=False, told=told)
    assert not settled.rules.space_added
    assert "the configuration says use_space_char = true" in settled.warnings[0][0]


@pytest.mark.parametrize("classes", [11, 14])
def test_a_dictionary_that_fits_in_no_reading_is_not_the_models(classes: int) -> None:
    with pytest.raises(IntegrityError, match="make 12, and 13 with the space") as caught:
        users(SPACED, classes, use_space_char=True)
    assert "name the dictionary that the model was trained with" in caught.value.remedy


def test_an_empty_last_line_is_named_where_it_may_be_an_editors() -> None:
    with pytest.raises(IntegrityError) as caught:
        users((*"0123456789", ""), 12, use_space_char=True)
    assert "its last line is empty" in caught.value.remedy


@pytest.mark.parametrize(
    ("entry", "label", "said", "kind"),
    [
        ("ωก", "1ωก2", 'several characters (1), as in the training: class 11 "ωก"', "several-characters"),
        ("p\t", "12", r'control characters in classes (1), as in the training: class 11 "p\t"',
         "control-character"),
        ("\x07", "12", r'control characters in classes (1), as in the training: class 11 "\x07"',
         "control-character"),
        ("", "12", "empty lines (1), each a class that reads as nothing", "empty-line"),
    ],
    ids=["B03-two-characters", "B03-tab", "control", "empty"],
)  # fmt: skip
def test_an_odd_line_is_the_class_that_it_was_in_the_training(
    tmp_path: Path, entry: str, label: str, said: str, kind: str
) -> None:
    entries = (*"0123456789", entry, "z")
    settled = own(entries, 14, use_space_char=True)
    dictionary = read(tmp_path, entries, settled.rules)
    assert dictionary.classes == 14
    assert collapse([1, 11, 12], [1.0] * 3, dictionary).text == f"0{entry}z"
    assert dictionary.unknown(label) == []
    ((sentence, pitfall),) = sentences(dictionary.oddities)
    assert said in sentence and pitfall is Pitfall.DICTIONARY_ODD_ENTRY
    decode = describe_decoding(dictionary)
    assert decode["characters_by_class"][11] == entry
    assert [item["kind"] for item in decode["odd_classes"]] == [kind]


def test_duplicates_crlf_and_a_byte_order_mark_are_taken_as_paddleocr_reads_them(
    tmp_path: Path,
) -> None:
    path = tmp_path / "dict.txt"
    path.write_bytes(b"\xef\xbb\xbfa\r\nb\r\na\r\nb\r\n")
    entries = tuple(read_lines(path))
    assert entries == ("\ufeffa", "b", "a", "b")
    rules = users(entries, 5, use_space_char=False).rules
    dictionary = Dictionary.load_by_rules(path, rules)
    assert dictionary.characters == entries
    assert dictionary.encode("ab") == [3, 4]
    pitfalls = [str(pitfall) for _, pitfall in sentences(dictionary.oddities)]
    assert pitfalls == ["dictionary-crlf", "dictionary-bom", "dictionary-duplicate"]


def test_no_remedy_for_a_trained_model_edits_its_dictionary(tmp_path: Path) -> None:
    rules = DictionaryRules(trained=True, space_added=False)
    with pytest.raises(IntegrityError) as caught:
        read(tmp_path, ("a",), rules).encode("b")
    assert caught.value.remedy == "correct the label, or leave the line out"


# B19: a YAML without a dictionary


def b19(entries: tuple[str, ...], name: str = "dict.txt", use_space_char: bool = False) -> Settled:
    given = ("rec.pdparams", 37, "rec.yml", DEFAULT, False)
    told = Told(*given, is_default=True, remedy="the default")
    return settle(Named(name, entries, is_own=name == "rec.yml"), told, use_space_char)


@pytest.mark.parametrize("name", ["rec.yml", DEFAULT_DICTIONARY, "ic15_dict.txt"])
def test_b19_paddleocrs_default_is_known_and_named(name: str) -> None:
    settled = b19(DEFAULT, name)
    assert settled.rules == DictionaryRules(trained=True, space_added=False, lower_cased=True)
    ((said, _),) = settled.warnings
    assert "rec.yml names no dictionary, so the model has PaddleOCR's default: 0-9 and a-z" in said
    assert "lower-cased" in said


def test_b19_use_space_char_adds_nothing_to_the_default() -> None:
    settled = b19(DEFAULT, "rec.yml", use_space_char=True)
    assert not settled.rules.space_added
    assert any("read with use_space_char = false" in text for text, _ in settled.warnings)


def test_b19_another_dictionary_of_as_many_characters_is_refused() -> None:
    with pytest.raises(IntegrityError, match=r"is not the dictionary of rec\.yml") as caught:
        b19(tuple(DEFAULT_CHARACTERS.upper()))
    assert caught.value.pitfall is Pitfall.DICTIONARY_CHANGED


def test_b19_an_export_that_lists_none_is_a_default_only_as_long_as_nobody_says_otherwise() -> None:
    told = Told("inference.json", 37, "inference.yml", DEFAULT, is_default=True, certain=False)
    own_one = settle(Named("inference.yml", DEFAULT, is_own=True), told, False)
    assert own_one.rules.lower_cased
    upper = tuple(DEFAULT_CHARACTERS.upper())
    named = settle(Named("dict.txt", upper), told, False)
    assert named.rules == DictionaryRules(trained=True, space_added=False)
    ((said, pitfall),) = named.warnings
    assert "inference.yml lists no characters" in said and pitfall is Pitfall.DICTIONARY_CHANGED


MODEL = '[model]\narchitecture = "rec.yml"\nimage_shape = [3, 32, 100]\n'
CHECKPOINT = f'{HEAD}[data]\ntest = ["test.txt"]\n{MODEL}[train]\ncheckpoint = "rec.pdparams"\n'
SPLITS = '[data]\ntrain = ["test.txt"]\nval = ["test.txt"]\n'
NEW = f'{HEAD}{SPLITS}{MODEL}pretrained = ""\n[train]\nmode = "full"\n'


def project(folder: Path, text: str, yml: str) -> None:
    """Load a project with these files in it."""
    (folder / "rec.yml").write_text(yml, encoding="utf-8")
    give_checkpoint(folder / "rec.pdparams")
    write_project(folder, text)
    load_project(folder)


@pytest.mark.parametrize(
    "yml", ["Global: {use_space_char: false}", 'Global: {dictionary_lines: "a\\nb"}']
)
def test_b19_a_checkpoint_needs_no_dictionary_where_its_yaml_tells_it(
    tmp_path: Path, yml: str
) -> None:
    project(tmp_path, CHECKPOINT, yml)


def test_a_checkpoint_whose_yaml_names_a_file_is_told_which(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        project(tmp_path, CHECKPOINT, "Global: {character_dict_path: ppocr/utils/en_dict.txt}")
    assert "data.dictionary: needed; rec.yml names ppocr/utils/en_dict.txt" in caught.value.message
    assert "name that file" in caught.value.remedy


def test_b19_a_new_training_is_offered_the_default_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        project(tmp_path, NEW, "Global: {use_space_char: false}")
    assert "takes 0-9 and a-z and lower-cases labels" in caught.value.message
    assert f'"{DEFAULT_DICTIONARY}" for exactly these' in caught.value.remedy
    text = NEW.replace("[model]", f'dictionary = "{DEFAULT_DICTIONARY}"\n[model]', 1)
    (tmp_path / "paddock.toml").write_text(text, encoding="utf-8")
    load_project(tmp_path)
