"""What stages say of the project's files is said by the names that the user gave them."""

from pathlib import Path

from pipeline.plan.hashes import HashCache
from pipeline.plan.inputs import Upload, make_upload
from pipeline.run.own_names import OwnNames
from stages.contract import Failed, Warned
from stages.message import Message, msg


def uploaded(folder: Path, files: dict[str, str]) -> Upload:
    for path in files.values():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(path)
    with HashCache(folder / "hashes.sqlite") as cache:
        return make_upload({name: folder / path for name, path in files.items()}, cache, "project")


def test_a_path_in_a_container_is_said_as_the_users(tmp_path: Path) -> None:
    data = uploaded(tmp_path, {"test/a b.png": "data/test/a b.png", "test.txt": "data/test.txt"})
    model = uploaded(tmp_path, {"inference.pdmodel": "m/model.pdmodel"})
    names = OwnNames([data, model], tmp_path)
    image = f"{data.folder}/test/a b.png"
    failed = Failed(3, msg("{name} is not an image", image), image, msg("look at {it}", image))
    told = names.of(failed)
    assert told.message == "data/test/a b.png is not an image"
    assert isinstance(told.message, Message) and told.message.template == "{name} is not an image"
    assert (told.where, told.remedy) == ("data/test/a b.png", "look at data/test/a b.png")
    warned = names.of(Warned("odd", f"{model.folder}/inference.pdmodel"))
    assert warned.where == "m/model.pdmodel"


def test_what_is_nowhere_in_the_project_is_said_whole(tmp_path: Path) -> None:
    elsewhere = uploaded(tmp_path / "cache", {"inference.yml": "v5/inference.yml"})
    own = uploaded(tmp_path / "p", {"dict.txt": "dict.txt"})
    names = OwnNames([elsewhere, own], tmp_path / "p")
    assert names.of(Warned("x", f"{own.folder}/dict.txt")).where == "dict.txt"
    told = names.of(Warned("x", f"{elsewhere.folder}/inference.yml:3"))
    assert told.where == f"{tmp_path}/cache/v5/inference.yml:3"
