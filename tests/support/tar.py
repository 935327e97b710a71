"""Files as a tar archive that a container takes."""

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from pipeline.engine.containers import file_entry, folder_entry


def pack(files: Mapping[PurePosixPath, Path]) -> bytes:
    """Return an archive of ``files`` (absolute path in the container -> file), the images' user's."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        folders = {parent for path in files for parent in path.parents if parent.name}
        for folder in sorted(folders):
            archive.addfile(folder_entry(folder.relative_to("/").as_posix()))
        for path, source in sorted(files.items()):
            data = source.read_bytes()
            entry = file_entry(path.relative_to("/").as_posix(), len(data))
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()
