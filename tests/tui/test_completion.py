"""Words that a shell completes on Tab, asked of the shell itself."""

import subprocess
from pathlib import Path

import pytest

from support.cli import call
from tui.commands import COMMANDS

#: Completes the last of its words as bash does on Tab.
_ON_TAB = """
source "$1"; shift
complete -p paddock > /dev/null || exit 1
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
_shtab_paddock "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    done = call("completion", "bash")
    assert done.returncode == 0 and done.stderr == ""
    path = tmp_path_factory.mktemp("completion") / "paddock"
    path.write_text(done.stdout)
    return path


def completed(script: Path, *words: str, cwd: Path | None = None) -> set[str]:
    """Return what bash offers for the last of the words after ``paddock``."""
    command = ["bash", "--norc", "-c", _ON_TAB, "bash", str(script), "paddock", *words]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=cwd, check=True)
    assert done.stderr == ""
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ([""], " ".join(COMMANDS)),
        (["ex"], "explain"),
        (["--batch", "--lo"], "--locked"),
        (["--from", ""], "data train export quantize convert verify"),
        (["--batch", "--force", "ver"], "verify"),
        (["images", ""], "build list save load"),
        (["images", "build", "--f"], "--force"),
        (["report", "--format", ""], "md html json junit"),
        (["completion", ""], "bash zsh fish"),
    ],
    ids=str,
)
def test_bash_completes(script: Path, words: list[str], offered: str) -> None:
    assert completed(script, *words) == set(offered.split())


def test_bash_completes_folders_and_files(script: Path, tmp_path: Path) -> None:
    (tmp_path / "plates").mkdir()
    (tmp_path / "plates.tar").touch()
    assert completed(script, "plan", "pl", cwd=tmp_path) == {"plates"}
    assert completed(script, "images", "load", "pl", cwd=tmp_path) == {"plates", "plates.tar"}


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_get_a_script_with_every_command(shell: str) -> None:
    script = call("completion", shell).stdout
    assert all(name in script for name in COMMANDS)
    assert {"#compdef paddock" in script, "complete -c paddock" in script} == {True, False}


def test_a_shell_that_is_not_known_is_a_usage_error() -> None:
    done = call("completion", "tcsh")
    assert done.returncode == 2 and "invalid choice: 'tcsh'" in done.stderr
