import tarfile
from pathlib import Path

import pytest

from pipeline.compose.file import REPOSITORY, ImageBuild, read_compose
from pipeline.engine.images import STEP_LABEL
from pipeline.errors import UsageError
from pipeline.images.certificates import Bundle, find_bundle
from pipeline.images.context import make_context
from pipeline.images.dockerfile import copied_paths, stages_of, with_labelled_steps

PEM = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
DOCKERFILE = """
ARG BASE
FROM ${BASE} AS build
COPY images/ca /ca
COPY code/*.py \\
    extra.txt /code/
FROM ${BASE}
COPY --from=build /code/ /code/
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    files = {
        "images/ca/README.md": "put *.pem here",
        "images/a/Dockerfile": DOCKERFILE,
        "code/a.py": "a",
        "code/b.py": "b",
        "code/no.txt": "not copied",
        "extra.txt": "extra",
        ".git/config": "secret",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def build(**args: str) -> ImageBuild:
    return ImageBuild("a", "a:1", ".", "images/a/Dockerfile", args)


def test_copies_are_read_with_their_arguments() -> None:
    text = "ARG TREE=images/x\nARG N=1\nCOPY ${TREE} a$N /to/\nCOPY --from=s /x /y\n"
    assert copied_paths(text, {"N": "2"}) == ["a2", "images/x"]


TARGETS = """
ARG BASE
# What all have.
FROM ${BASE} AS tools
COPY tools /tools
FROM tools AS slow
COPY slow \\
    /slow
FROM tools AS quick
COPY quick /quick
FROM ${BASE} AS one
COPY --from=slow /out /
FROM one AS two
COPY --chown=1:1 --from=quick /out /
"""


@pytest.mark.parametrize(
    ("target", "copied"),
    [
        ("one", ["slow", "tools"]),
        ("two", ["quick", "slow", "tools"]),
        ("quick", ["quick", "tools"]),
        ("", ["quick", "slow", "tools"]),
    ],
)
def test_a_target_gets_the_stages_that_it_stands_on(target: str, copied: list[str]) -> None:
    text = stages_of(TARGETS, target)
    assert copied_paths(text, {}) == copied
    assert text.startswith("\nARG BASE\n")
    if target:
        assert text.rsplit("FROM", 1)[1].splitlines()[0].endswith(f"AS {target}")


def test_a_target_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match="no target 'three'"):
        stages_of(TARGETS, "three")


def test_the_context_holds_what_is_copied_and_nothing_else(repository: Path) -> None:
    context = make_context(repository, build(), None)
    assert sorted(context.files) == ["code/a.py", "code/b.py", "extra.txt", "images/ca/README.md"]
    with context.pack() as stream, tarfile.open(fileobj=stream) as tar:
        sent = tar.extractfile("images/a/Dockerfile")
        assert sent is not None
        assert sent.read().decode() == with_labelled_steps(DOCKERFILE, STEP_LABEL) != DOCKERFILE


def test_the_tar_is_the_same_whatever_times_and_umask(repository: Path) -> None:
    with make_context(repository, build(), None).pack() as stream:
        first = stream.read()
    (repository / "code/a.py").chmod(0o600)
    (repository / "code/a.py").touch()
    with make_context(repository, build(), None).pack() as stream:
        assert stream.read() == first


def test_certificates_go_into_the_tar_and_not_into_the_repository(repository: Path) -> None:
    bundle = Bundle(PEM, Path("/etc/company.pem"), "PADDOCK_CA_BUNDLE")
    before = sorted(repository.rglob("*"))
    with (
        make_context(repository, build(), bundle).pack() as stream,
        tarfile.open(fileobj=stream) as tar,
    ):
        member = tar.extractfile("images/ca/user.pem")
        assert member is not None
        assert member.read() == PEM
    assert sorted(repository.rglob("*")) == before


def test_certificates_do_not_make_an_image_out_of_date(repository: Path) -> None:
    without = make_context(repository, build(), None).fingerprint("base")
    (repository / "images/ca/mine.pem").write_bytes(PEM)
    bundle = Bundle(PEM, Path("/etc/company.pem"), "PADDOCK_CA_BUNDLE")
    assert make_context(repository, build(), bundle).fingerprint("base") == without


@pytest.mark.parametrize("change", ["file", "argument", "base", "mode"])
def test_whatever_decides_the_image_changes_its_fingerprint(repository: Path, change: str) -> None:
    before = make_context(repository, build(), None).fingerprint("base")
    if change == "file":
        (repository / "code/b.py").write_text("other")
    if change == "mode":
        (repository / "code/b.py").chmod(0o755)
    context = make_context(repository, build(X="1") if change == "argument" else build(), None)
    assert context.fingerprint("other" if change == "base" else "base") != before


def test_a_mirror_does_not_change_the_fingerprint(repository: Path) -> None:
    before = make_context(repository, build(PIP_INDEX_URL=""), None).fingerprint("base")
    mirror = build(PIP_INDEX_URL="mirror.example/simple")
    assert make_context(repository, mirror, None).fingerprint("base") == before


def test_a_missing_file_is_named(repository: Path) -> None:
    (repository / "extra.txt").unlink()
    with pytest.raises(UsageError, match="built from is missing") as caught:
        make_context(repository, build(), None)
    assert caught.value.where == str(repository / "extra.txt")


def paddleocr_tree(folder: Path, mark: str) -> Path:
    for name in ("tools/train.py", "ppocr/a.py", "LICENSE", "docs/large.md", ".git/config"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(mark)
    return folder


def test_a_users_tree_is_taken_from_where_it_is_and_only_its_code(tmp_path: Path) -> None:
    tree = paddleocr_tree(tmp_path / "PaddleOCR", "mine")
    train = read_compose({"PADDLEOCR_TREE": str(tree)}).images["train"]
    context = make_context(REPOSITORY, train, None)
    assert context.args["PADDLEOCR_TREE"] == "images/paddleocr/tree"
    own = {name: path for name, path in context.files.items() if path.is_relative_to(tree)}
    assert sorted(own) == [
        "images/paddleocr/tree/LICENSE",
        "images/paddleocr/tree/ppocr/a.py",
        "images/paddleocr/tree/tools/train.py",
    ]


def test_a_users_tree_is_never_mixed_with_one_that_lies_in_the_repository(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    paddleocr_tree(repository / "images/paddleocr/tree", "left over")
    (repository / "images/paddleocr/tree/ppocr/old.py").write_text("left over")
    (repository / "images/paddleocr/sources.txt").write_text("")
    (repository / "images/a").mkdir()
    (repository / "images/a/Dockerfile").write_text(
        "ARG PADDLEOCR_TREE=images/paddleocr\nCOPY images/paddleocr /p\nCOPY ${PADDLEOCR_TREE} /o\n"
    )
    tree = paddleocr_tree(tmp_path / "PaddleOCR", "mine")
    context = make_context(repository, build(PADDLEOCR_TREE=str(tree)), None)
    assert "images/paddleocr/tree/ppocr/old.py" not in context.files


def test_another_tree_is_another_image(tmp_path: Path) -> None:
    prints = set()
    for mark in ("one", "two"):
        tree = paddleocr_tree(tmp_path / mark, mark)
        train = read_compose({"PADDLEOCR_TREE": str(tree)}).images["train"]
        prints.add(make_context(REPOSITORY, train, None).fingerprint("base"))
    assert len(prints) == 2


def test_only_stages_that_are_thrown_away_are_labelled() -> None:
    text = "ARG B\n\nFROM a AS pip\nRUN x\n\nFROM pip AS packages\nRUN y\n\nFROM a\nRUN z\n"
    labelled = with_labelled_steps(text, "own.step")
    assert labelled == text.replace("RUN y\n", "RUN y\nLABEL own.step=packages\n")


def test_a_folder_that_is_no_paddleocr_tree_is_refused(tmp_path: Path) -> None:
    train = read_compose({"PADDLEOCR_TREE": str(tmp_path)}).images["train"]
    with pytest.raises(UsageError, match=r"has no tools/train\.py") as caught:
        make_context(REPOSITORY, train, None)
    assert caught.value.where == str(tmp_path)


# that for GPUs has a lock which whoever builds it makes: test_gpus.py
@pytest.mark.parametrize("service", sorted(set(read_compose({}).images) - {"train-gpu"}))
def test_every_image_has_all_that_its_dockerfile_copies(service: str) -> None:
    context = make_context(REPOSITORY, read_compose({}).images[service], None)
    # An owner's name would be in the layer, as the engine's own host knows it.
    assert context.text and "--chown" not in context.text
    # Plain Compose sends what .dockerignore lets through; it must let all of this through.
    lines = (REPOSITORY / ".dockerignore").read_text().splitlines()
    allowed = tuple(line.removeprefix("!") for line in lines if line.startswith("!"))
    assert all(name.startswith(allowed) for name in context.files)


def test_a_bundle_is_found_in_the_order_of_the_variables(tmp_path: Path) -> None:
    for name in ("own.pem", "system.pem"):
        (tmp_path / name).write_bytes(PEM)
    environ = {
        "SSL_CERT_FILE": str(tmp_path / "system.pem"),
        "PADDOCK_CA_BUNDLE": str(tmp_path / "own.pem"),
    }
    bundle = find_bundle(environ)
    assert bundle is not None
    assert (bundle.source, bundle.path.name) == ("PADDOCK_CA_BUNDLE", "own.pem")
    assert find_bundle({}) is None
    assert find_bundle({"PIP_CERT": str(tmp_path / "gone.pem")}) is None


def test_a_bundle_that_the_user_named_must_be_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="PADDOCK_CA_BUNDLE names no certificates"):
        find_bundle({"PADDOCK_CA_BUNDLE": str(tmp_path / "gone.pem")})
