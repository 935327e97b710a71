"""Running tests where they belong: in a container of the verify image, with pytest added."""

import hashlib
import io
import json
import shlex
import sys
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from docker import DockerClient
from docker.models.containers import Container

from pipeline.compose.file import REPOSITORY, Compose, ImageBuild
from pipeline.engine.containers import OWNER
from pipeline.engine.images import BuildRequest, Images
from pipeline.images.certificates import find_bundle
from pipeline.images.context import make_context
from pipeline.models.catalogue import MODELS as BUILT_IN
from pipeline.models.fetch import fetch_official
from pipeline.models.fetch_context import FetchContext
from stages.contract.kernels import PINS
from support.green import FOLDERS, Green, Passed, keys_of
from support.tar import pack

TAG = "paddock-test-stages:1"
#: Where the tests and the models are in the container.
CODE, MODELS = PurePosixPath("/tests"), PurePosixPath("/models")
#: What pytest remembers of a run, and in it the tests that failed.
MEMORY = PurePosixPath("/tmp/pytest-cache")
FAILED = MEMORY / "v/cache/lastfailed"
LABELS = {"paddock.test": "stages"}
#: What is known to be green on this machine, for this working tree.
RECORD = REPOSITORY / ".cache" / "green-inside.json"
#: As many as there are cores that the tests want: of a file, all tests run in one process.
WORKERS = 2
#: One thread a worker: of OpenMP's, more than there are cores for would wait for each other by spinning.
THREADS = {"OMP_NUM_THREADS": "1"}
#: What takes longest is started first, so that no worker is left alone with it at the end.
FIRST = (
    "test_train_frozen.py", "test_verify.py", "test_locate.py", "test_train_full.py",
    "test_architectures.py", "test_ppocrv6.py", "test_canary.py", "test_opencl.py", "test_emulation.py",
    "test_networks.py", "test_rounding.py", "test_frozen_features.py", "test_export.py",
    "test_given_nb.py",
)  # fmt: skip
ALL, ONLY = "PADDOCK_TEST_ALL", "PADDOCK_TEST_INSIDE"
#: Hashes all that is in an image, but the stages' code, which is in the keys file by file.
_HASH_IMAGE = """
import hashlib, os, stat
LEFT_OUT = {"/proc", "/sys", "/dev", "/opt/paddock/stages", "/.dockerenv", "/etc/hostname",
            "/etc/hosts", "/etc/resolv.conf", "/etc/mtab"}
def lines(folder):
    for item in sorted(os.scandir(folder), key=lambda item: item.name):
        if item.path in LEFT_OUT:
            continue
        state = item.stat(follow_symlinks=False)
        yield f"{item.path} {state.st_mode:o} {state.st_uid} {state.st_gid}"
        if item.is_symlink():
            yield os.readlink(item.path)
        elif item.is_dir():
            yield from lines(item.path)
        elif stat.S_ISREG(state.st_mode):
            with open(item.path, "rb") as file:
                content = hashlib.sha256()
                while block := file.read(1 << 20):
                    content.update(block)
            yield content.hexdigest()
whole = hashlib.sha256()
for line in lines("/"):
    whole.update(line.encode("utf-8", "surrogateescape") + b"\\n")
print(whole.hexdigest())
"""


@dataclass(frozen=True)
class Ended:
    """How the tests inside ended: pytest's exit code, and what there is to say about them."""

    code: int
    said: str


def run_inside(client: DockerClient, compose: Compose, environ: Mapping[str, str]) -> Ended:
    """Run the tests that are not known to be green, file by file on all cores; show what it prints.

    Args:
        client: of the engine.
        compose: names the image.
        environ: ``PADDOCK_TEST_ALL`` runs all of them; ``PADDOCK_TEST_INSIDE`` has pytest's words
            for just those, and then nothing is recorded.
    """
    before = keys_of(REPOSITORY, ())
    image = build_inside(client, compose, environ)
    models = {name: fetch_official(name, FetchContext()) for name in BUILT_IN}
    if environ.get(ONLY):
        words = shlex.split(environ[ONLY])
        with container_inside(client, image, models, words, environ) as container:
            return Ended(run_to_the_end(container), f"{ONLY}: {environ[ONLY]}")
    keys = keys_of(REPOSITORY, [_identity(client, image), *_sums(models)])
    green = Green(RECORD)
    known = {} if environ.get(ALL) else green.passed(keys)
    wanted = {name: key for name, key in keys.items() if name not in known}
    if wanted:
        files = sorted(wanted, key=_place)
        words = [*files, "-m", "not emulated", "--durations", "20", "--durations-min", "5"]
        words += ["-n", str(WORKERS), "--dist", "loadfile", "--no-loadscope-reorder"]
        with container_inside(client, image, models, words) as container:
            code = run_to_the_end(container)
            passed = proved(wanted, code, lambda: _failed(container))
        passed = still_the_same(passed, before, keys_of(REPOSITORY, ()))
        if passed:
            green.add(passed, datetime.now(timezone.utc).isoformat(" ", "seconds"))
        return Ended(code, told(known, len(wanted)))
    return Ended(0, told(known, 0))


def proved(
    wanted: Mapping[str, str], code: int, failed: Callable[[], Iterable[str]]
) -> Mapping[str, str]:
    """Return the test files, and their keys, that a run proved to be green.

    Args:
        wanted: those that ran.
        code: pytest's exit code; with another than 0 and 1 it did not come to its end.
        failed: gives the tests that failed.
    """
    if code not in (0, 1):
        return {}
    lost = {test.partition("::")[0] for test in failed()} if code else set()
    if code and not (lost and lost <= wanted.keys()):  # something failed that is no file's
        return {}
    return {name: key for name, key in wanted.items() if name not in lost}


def still_the_same(
    passed: Mapping[str, str], before: Mapping[str, str], after: Mapping[str, str]
) -> Mapping[str, str]:
    """Return those that passed of which nothing was edited meanwhile.

    The image has the stages as they were before it was built, a key what is there when it was hashed: of what
    was edited in between, something else passed.
    """
    return {name: key for name, key in passed.items() if before.get(name) == after.get(name)}


def _failed(container: Container) -> list[str]:
    content = b"".join(container.get_archive(str(FAILED))[0])
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        stream = tar.extractfile(FAILED.name)
        assert stream
        return list(json.load(stream))


def _place(name: str) -> int:
    """Return a file's place in the order: those that are not known to take long come last."""
    file = PurePosixPath(name).name
    return FIRST.index(file) if file in FIRST else len(FIRST)


def told(known: Mapping[str, Passed], ran: int) -> str:
    """Say how many test files ran, and since when the others are known to be green."""
    said = f"tests inside the image: {ran} files ran"
    if not known:
        return said
    times = sorted(item.time for item in known.values())
    return (
        f"{said}, {len(known)} did not: they passed for this image, these stages and these tests "
        f"(between {times[0]} and {times[-1]}); `make test-all` runs them again"
    )


def _sums(models: Mapping[str, Path]) -> list[str]:
    """Return a line for every file of the models."""
    files = [path for folder in models.values() for path in sorted(folder.iterdir())]
    return [f"{_sha256(path)}  {path.parent.name}/{path.name}" for path in files]


def build_inside(client: DockerClient, compose: Compose, environ: Mapping[str, str]) -> str:
    """Build verify with pytest and the working tree's stages, or take it from the cache; return its ID."""
    images = Images(client)
    args = {"BASE": images.image_id(compose.services["verify"].image)}
    args |= {name: environ[name] for name in ("PIP_INDEX_URL",) if environ.get(name)}
    build = ImageBuild("inside", TAG, ".", "tests/stages/image/Dockerfile", args)
    context = make_context(REPOSITORY, build, find_bundle(environ))
    with context.pack() as stream:
        for _line in images.build(BuildRequest(TAG, context.dockerfile, context.args), stream):
            pass
    return images.image_id(TAG)


@contextmanager
def container_inside(
    client: DockerClient,
    image: str,
    models: Mapping[str, Path],
    words: list[str],
    environ: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Container]:
    """Give a container that is ready to run ``pytest WORDS``, with no network."""
    asked = {name: value for name, value in environ.items() if name.startswith("PADDOCK_FUZZ")}
    container = client.containers.create(
        image,
        ["-o", f"cache_dir={MEMORY}", "--rootdir", str(CODE), *words],
        working_dir=str(CODE),
        user=f"{OWNER}:{OWNER}",
        environment={"PADDOCK_TEST_MODELS": str(MODELS), **PINS, **THREADS, **asked},
        network_mode="none",
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        shm_size="2g",
        init=True,
        labels=LABELS,
    )
    try:
        container.put_archive("/", pack(dict(_files(models))))
        yield container
    finally:
        container.remove(force=True, v=True)


def _files(models: Mapping[str, Path]) -> Iterator[tuple[PurePosixPath, Path]]:
    yield CODE / "pyproject.toml", REPOSITORY / "pyproject.toml"
    yield CODE / "tests/conftest.py", REPOSITORY / "tests/conftest.py"
    for code in ("tests/support", *FOLDERS):
        for path in (REPOSITORY / code).rglob("*.py"):
            yield CODE / path.relative_to(REPOSITORY), path
    for name, folder in models.items():
        for path in folder.iterdir():
            yield MODELS / name / path.name, path


def run_to_the_end(container: Container) -> int:
    """Start the container, show what it prints, and return its exit code."""
    container.start()
    for block in container.attach(stream=True, logs=True):
        sys.stdout.write(block.decode("utf-8", "replace"))
    return int(container.wait(timeout=60)["StatusCode"])


def _identity(client: DockerClient, image: str) -> str:
    """Return a hash of what an image holds, without the stages' code, and how it starts."""
    output = client.containers.run(
        image, ["-c", _HASH_IMAGE], entrypoint=["python", "-I"], user="0", remove=True,
        network_mode="none", labels=LABELS,
    )  # fmt: skip
    config = client.images.get(image).attrs["Config"]
    settings = {name: config[name] for name in ("Env", "WorkingDir", "Entrypoint")}
    return f"{output.decode().strip()} {json.dumps(settings, sort_keys=True)}"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
