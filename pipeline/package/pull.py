"""``paddock pull``: a package out of a registry, checked, and then there whole or not at all."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline.errors import IntegrityFailed, PaddockError, UsageError
from pipeline.package.description import (
    SUMS,
    Description,
    NotPassed,
    are_of,
    parse_description,
)
from pipeline.package.manifest import (
    KEPT_MANIFEST,
    Manifest,
    PackageRefused,
    parse_manifest,
)
from pipeline.registry.client import Registry
from pipeline.registry.content import Blob, fetch_blob, get_manifest, read_blob, twice
from pipeline.registry.reference import Reference, digest_of
from pipeline.registry.transfer import Transfer
from pipeline.report.model import REPORT_FILE, EarlierReportError, ReportError, parse_report
from pipeline.text import human_size
from stages.files import sha256_of, write_bytes
from stages.message import msg

#: In the folder beside: what was there before, until the new one is.
_BEFORE = "before"


@dataclass(frozen=True)
class Pulled:
    """What was pulled.

    Args:
        reference: what was asked for.
        digest: of the manifest.
        description: what was pushed with it.
        folder: where its files are.
        manifest: what files they are.
        is_new: whether it was not there before.
        before: the digest of the package that was there in its place, "" if none was.
    """

    reference: Reference
    digest: str
    description: Description
    folder: Path
    manifest: Manifest
    is_new: bool
    before: str


def pull(registry: Registry, folder: Path, say: Callable[[str], None], *, failed: bool) -> Pulled:
    """Fetch a package into ``folder``, which is new or empty, or holds an earlier one as it was pulled.

    Args:
        registry: where, and which.
        folder: what is there afterwards, complete; nothing else is touched.
        say: told how far it is.
        failed: whether a package of a run that failed is meant.

    Raises:
        UsageError: it has neither tag nor digest, the folder holds something else, or another pull is at
            work there.
        NotPassed: the package's run failed, and that was not asked for.
        RegistryFailed: it cannot be had.
        IntegrityFailed: it is no package, or not what its digest says.
    """
    if not registry.reference.asked:
        raise UsageError(
            msg("{reference} has neither tag nor digest", registry.reference),
            remedy=msg("name one: {reference}:1", registry.reference),
        )
    registry.open()
    data = twice(partial(get_manifest, registry, registry.reference.asked))
    digest, manifest = digest_of(data), parse_manifest(data)
    description = parse_description(twice(partial(read_blob, registry, manifest.config)))
    if not description.annotations().items() <= manifest.annotations.items():
        raise PackageRefused(msg("its annotations say something else than its description"))
    if not (description.verdict.passed or failed):
        raise NotPassed(description.run, description.verdict, description.reasons)
    before = _kept_digest(folder)
    is_new = before != digest or not _is_unchanged(folder, manifest)
    if is_new:
        with _scratch(folder, digest) as scratch:
            _bring_back(scratch / _BEFORE, folder)
            if not _is_free(folder):
                raise _something_else(folder)
            _fetch(registry, manifest, scratch, say)
            tree = _laid_out(manifest, data, scratch)
            _check_report(tree, manifest, description)
            _put_in_place(tree, folder)
            shutil.rmtree(scratch)
    return Pulled(registry.reference, digest, description, folder, manifest, is_new, before)


def _is_free(folder: Path) -> bool:
    """Return whether nothing is lost where a package comes: at most an earlier one that nobody touched."""
    if not os.path.lexists(folder):
        return True
    if folder.is_symlink() or not folder.is_dir():
        return False
    if not any(folder.iterdir()):
        return True
    with contextlib.suppress(PaddockError, OSError):
        return _is_unchanged(folder, parse_manifest((folder / KEPT_MANIFEST).read_bytes()))
    return False


def _something_else(folder: Path) -> UsageError:
    return UsageError(
        msg("there is something else already, which is left as it is"),
        str(folder),
        msg("choose another folder: -o FOLDER"),
    )


def _kept_digest(folder: Path) -> str:
    kept = folder / KEPT_MANIFEST
    return digest_of(kept.read_bytes()) if kept.is_file() else ""


def _is_unchanged(folder: Path, manifest: Manifest) -> bool:
    """Return whether a folder holds the files of a package as they were pulled, and nothing else."""
    titles = {layer.title: layer.blob for layer in manifest.layers}
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }
    return found == {*titles, KEPT_MANIFEST} and all(
        _is_blob(folder / title, blob) for title, blob in titles.items()
    )


def _is_blob(path: Path, blob: Blob) -> bool:
    if path.is_symlink() or not path.is_file() or path.stat().st_size != blob.size:
        return False
    return f"sha256:{sha256_of(path)[1]}" == blob.digest


@contextlib.contextmanager
def _scratch(folder: Path, digest: str) -> Iterator[Path]:
    """Give the folder beside, which a pull that broke off goes on with; one pull at a time has it."""
    scratch = folder.with_name(f".{folder.name}.pull-{digest.removeprefix('sha256:')[:12]}")
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(scratch, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        said = msg("nothing can be put beside {folder}: {error}", folder, error.strerror or error)
        raise UsageError(said, str(scratch), msg("choose another folder: -o FOLDER")) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield scratch
    except BlockingIOError as error:
        message = msg("another pull of the same package is at work")
        raise UsageError(message, str(scratch), msg("wait until it is done")) from error
    finally:
        with contextlib.suppress(OSError):
            scratch.rmdir()  # if there is nothing in it to go on from
        os.close(descriptor)


def _fetch(
    registry: Registry, manifest: Manifest, scratch: Path, say: Callable[[str], None]
) -> None:
    """Fetch the contents that are not there yet, each under its hash."""
    blobs = {layer.blob for layer in manifest.layers}
    lacking = [
        blob
        for blob in sorted(blobs, key=lambda it: it.size)
        if not _is_blob(scratch / _name(blob), blob)
    ]
    needed, free = sum(blob.size for blob in lacking), shutil.disk_usage(scratch).free
    if needed > free:
        raise UsageError(
            msg("{needed} are needed, {free} are free", human_size(needed), human_size(free)),
            str(scratch),
            msg("free some space, or choose a folder elsewhere: -o FOLDER"),
        )
    progress = Transfer(needed, say)
    for blob in lacking:
        twice(partial(fetch_blob, registry, blob, scratch / _name(blob), progress))


def _name(blob: Blob) -> str:
    return blob.digest.removeprefix("sha256:")


def _laid_out(manifest: Manifest, data: bytes, scratch: Path) -> Path:
    """Return a folder with the files under their names, and the manifest."""
    tree = scratch / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    uses = Counter(layer.blob for layer in manifest.layers)
    for layer in manifest.layers:
        target = tree / layer.title
        target.parent.mkdir(parents=True, exist_ok=True)
        uses[layer.blob] -= 1
        put = shutil.copyfile if uses[layer.blob] else os.replace
        put(scratch / _name(layer.blob), target)
    write_bytes(tree / KEPT_MANIFEST, data)
    return tree


def _check_report(tree: Path, manifest: Manifest, description: Description) -> None:
    """Refuse a package of other files than its report is of, or that says another verdict than that."""
    try:
        report = parse_report((tree / REPORT_FILE).read_bytes())
        sums = (tree / SUMS).read_bytes()
    except EarlierReportError as error:
        raise IntegrityFailed(
            msg("an earlier Paddock pushed it, whose report this one cannot read"),
            REPORT_FILE,
            msg("pull it with that version, or push the run again with this one"),
        ) from error
    except (OSError, ReportError) as error:
        raise PackageRefused(msg("its report cannot be read")) from error
    if not are_of(manifest.layers, sums, report):
        raise PackageRefused(msg("its files are not those that its sums name and its report is of"))
    if (report.verdict, report.run) != (description.verdict, description.run):
        raise PackageRefused(msg("its report says another verdict than its description"))


def _put_in_place(tree: Path, folder: Path) -> None:
    """Rename; an earlier package is set aside until the new one is there. Anything else comes back."""
    with contextlib.suppress(OSError):
        tree.rename(folder)  # also over an empty folder
        return
    before = tree.with_name(_BEFORE)
    folder.rename(before)
    try:
        if not _is_free(before):  # while all was fetched, somebody put something there
            raise _something_else(folder)
        tree.rename(folder)
    except BaseException:
        _bring_back(before, folder)
        raise


def _bring_back(before: Path, folder: Path) -> None:
    """Undo the last step of a pull that did not come to its end."""
    if os.path.lexists(before) and not os.path.lexists(folder):
        before.rename(folder)
    elif not _is_free(before):
        raise _something_else(before)
    elif before.is_dir():
        shutil.rmtree(before)
