"""The user's own keys, and that the table of keys is sound."""

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from tui.keymap import keymap_file, load_keymap
from tui.keys import KEYS, SCOPES, keys_of


def test_every_action_has_an_id_of_its_own_and_a_scope_with_a_title() -> None:
    ids = [key.id for key in KEYS]
    assert len(set(ids)) == len(ids)
    assert {key.scope for key in KEYS} <= set(SCOPES)


@pytest.mark.parametrize("scope", SCOPES)
def test_no_key_means_two_things_in_a_scope(scope: str) -> None:
    keys = [name for key in keys_of(scope) for name in key.keys.split(",")]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("scope", SCOPES)
def test_nothing_needs_ctrl_or_alt(scope: str) -> None:
    for key in keys_of(scope):
        plain = [name for name in key.keys.split(",") if not name.startswith(("ctrl+", "alt+"))]
        assert plain, key.id


def test_no_file_is_no_map(tmp_path: Path) -> None:
    assert load_keymap(tmp_path / "keys.toml") == {}


def test_both_ways_to_write_an_id(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text('"run.start" = "r,f5"\n[app]\nquit = "x"\n')
    assert load_keymap(path) == {"run.start": "r,f5", "app.quit": "x"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"run.strat" = "r"', 'did you mean "run.start"'),
        ('"run.start" = 3', "for example"),
        ('"run.start" = ', "correct or remove it"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "keys.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        load_keymap(path)
    assert said in caught.value.remedy and caught.value.where == str(path)


def test_where_the_file_is() -> None:
    assert keymap_file({"XDG_CONFIG_HOME": "/c"}) == Path("/c/paddock/keys.toml")
    assert keymap_file({"HOME": "/home/a"}) == Path("/home/a/.config/paddock/keys.toml")
