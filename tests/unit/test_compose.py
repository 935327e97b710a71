from pathlib import Path

import pytest

from pipeline.compose.file import COMPOSE_FILE, REPOSITORY, TOOL, read_compose
from pipeline.compose.values import Mount
from pipeline.errors import UsageError
from pipeline.plan.stages import STAGES
from pipeline.plan.workspace import stages_of

STAGE = "\n".join(
    f"  {name}:\n    image: {name}:1\n    build: {{context: ., dockerfile: images/{name}/Dockerfile}}"
    for name in STAGES
)


def written(folder: Path, text: str) -> Path:
    path = folder / "compose.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def with_data(folder: Path, lines: str, volumes: str = "") -> Path:
    """A file whose first service has ``lines`` more, from line 5 on."""
    first = (
        "services:\n  data:\n    image: data:1\n    build: {context: ., dockerfile: d/Dockerfile}\n"
    )
    others = STAGE[STAGE.index("  train:") :]
    return written(folder, f"{first}{lines}{others}\n{volumes}")


def test_every_stage_is_confined_and_has_two_volumes_and_no_folder_of_the_host() -> None:
    for stage in stages_of(read_compose({})).values():
        assert (stage.user, stage.network_mode) == ("10001:10001", "none")
        assert stage.read_only and stage.init and list(stage.tmpfs) == ["/tmp"]
        assert stage.cap_drop == ("ALL",) and stage.security_opt == ("no-new-privileges",)
        assert (stage.pids_limit, stage.mem_limit, stage.cpus) == (256, 8 << 30, 2.0)
        assert stage.volumes == (
            Mount("workspace", "/paddock", read_only=False),
            Mount("inputs", "/paddock/inputs", read_only=True),
        )


def test_training_gets_time_to_save_and_memory_to_share() -> None:
    train = stages_of(read_compose({}))["train"]
    assert (train.stop_grace_period, train.shm_size) == (60, 2 << 30)


def test_volume_names_come_from_the_environment() -> None:
    volumes = read_compose({"PADDOCK_WORKSPACE": "mine", "PADDOCK_INPUTS": ""}).volumes
    names = {volume: made.name for volume, made in volumes.items()}
    assert names == {"workspace": "mine", "inputs": "paddock-inputs"}


def test_the_base_is_built_first_and_all_others_from_it_and_paddock_itself_is_for_compose() -> None:
    compose = read_compose({})
    images = dict(compose.images)
    tool = images.pop(TOOL)
    first, *others = images.values()
    assert first.service == "base"
    assert {build.args["BASE"] for build in others} == {first.image}
    assert tool.args["PYTHON_BASE"] == first.args["PYTHON_BASE"] and tool.asked_for
    assert TOOL not in compose.services


def test_the_base_is_pinned_by_the_same_digest_in_both_files() -> None:
    pinned = read_compose({}).images["base"].args["PYTHON_BASE"]
    assert "@sha256:" in pinned
    dockerfile = (REPOSITORY / "images/base/Dockerfile").read_text()
    assert f"ARG PYTHON_BASE={pinned}\n" in dockerfile


def test_plain_compose_v1_refuses_neither_a_version_nor_a_name() -> None:
    lines = COMPOSE_FILE.read_text().splitlines()
    assert not [line for line in lines if line.startswith(("version:", "name:"))]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("    mem_limits: 8g\n", 'did you mean "mem_limit"?'),
        ("    privileged: true\n", "services.data.privileged: unknown key; known: image"),
        ("    mem_limit: lots\n", "services.data.mem_limit: not a size such as 512m or 8g; found 'lots'"),
        ("    cpus: -1\n", "services.data.cpus: input should be greater than 0; found -1"),
        ("    pids_limit: true\n", "services.data.pids_limit: not a number; found True"),
        ("    read_only: maybe\n", "services.data.read_only: input should be a valid boolean; found 'maybe'"),
        ("    stop_grace_period: soon\n", "not a duration such as 10s or 1m30s; found 'soon'"),
        ("    volumes: [./data:/data]\n", "not VOLUME:/target or VOLUME:/target:ro; found './data:/data'"),
        ("    volumes: [other:/data]\n", "there is no volume 'other' below"),
        ("    tmpfs: /tmp\n", "services.data.tmpfs: not a list of /path or /path:options; found '/tmp'"),
        ("    labels: [a]\n", "services.data.labels: input should be a valid dictionary; found ['a']"),
        ('    user: "$(id)"\n', "starts no variable"),
    ],
)  # fmt: skip
def test_what_paddock_does_not_know_is_refused_with_its_line(
    tmp_path: Path, line: str, said: str
) -> None:
    path = with_data(tmp_path, line)
    with pytest.raises(UsageError) as caught:
        read_compose({}, path)
    assert said in caught.value.message
    assert caught.value.where == f"{path}:5"
    assert caught.value.remedy


def test_a_key_from_an_anchor_is_found_in_the_anchor(tmp_path: Path) -> None:
    services = STAGE.replace("  data:\n", "  data:\n    <<: *all\n")
    path = written(tmp_path, f"x-all: &all\n  cpus: many\nservices:\n{services}\n")
    with pytest.raises(UsageError) as caught:
        read_compose({}, path)
    assert caught.value.where == f"{path}:2"


@pytest.mark.parametrize(
    ("services", "said"),
    [
        (STAGE[: STAGE.index("  verify:")], "no service for the stage 'verify'"),
        (STAGE.replace("    image: data:1\n", ""), r"services\.data\.image: required, but not there"),
        ("  data: [\n", "it is not YAML"),
        (None, "cannot read it"),
    ],
    ids=["no stage", "no image", "no YAML", "no file"],
)  # fmt: skip
def test_what_is_not_there_is_named(tmp_path: Path, services: str | None, said: str) -> None:
    path = tmp_path / "compose.yaml"
    if services is not None:
        written(tmp_path, f"services:\n{services}")
    with pytest.raises(UsageError, match=said) as caught:
        stages_of(read_compose({}, path))
    assert said != "it is not YAML" or caught.value.where.startswith(f"{path}:")
