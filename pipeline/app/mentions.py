"""What an app's code and settings name: which of two files is loaded, and what is downloaded.

Names stand as text in dex files (MUTF-8), in resource tables (UTF-8 or UTF-16), in native libraries, and in
the sources of a project. The official demos put a model's folder and its file's name together at run time
(deploy/android_demo, ocr/android/app/cxx/ppocr_demo, ocr/ios/ppocr_demo), so each is looked for by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from pipeline.app.libraries import is_library

#: What is compiled, and what compiles it or is read by it.
_CODE = frozenset({
    ".dex", ".arsc", ".xml", ".json", ".plist", ".properties", ".gradle", ".kts", ".java", ".kt", ".c",
    ".cc", ".cpp", ".h", ".hpp", ".m", ".mm", ".swift", ".dart", ".js", ".ts", ".cs", ".strings",
    ".bundle", ".jsbundle", ".lua", ".py", ".yml", ".yaml", ".toml", ".ini", ".cfg", ".conf",
})  # fmt: skip
_ADDRESS = re.compile(
    rb"https?://([A-Za-z0-9.-]{1,200})(/[!-&(-;=?-~]{0,300}?\.(?:nb|gz|tgz|tar|zip))(?![A-Za-z0-9]|\.gz)"
)
#: Where the official models are, and their libraries beside them.
_OFFICIAL = (".bcebos.com", ".paddlepaddle.org.cn")
_OTHERS = re.compile(rb"/libs/|_libs_|opencv|/images")
_MOST_ADDRESSES = 20
#: What makes a name a part of a longer one.
_BEFORE, _AFTER = re.compile(r"[A-Za-z0-9_.-]"), re.compile(r"\.?[A-Za-z0-9_]")
_MOST_LONGER = 10_000


@dataclass
class Mentions:
    """Which of some names an app's code has.

    Args:
        paths: of the files whose names are looked for.
    """

    paths: Sequence[str]
    found: set[str] = field(default_factory=set)
    downloads: dict[str, str] = field(default_factory=dict)
    """addresses of official models, and the file that names each"""
    addresses: dict[str, str] = field(default_factory=dict)
    """addresses of other ``.nb`` files"""
    looked: bool = False
    """whether there was any code"""

    def take(self, path: str, data: bytes) -> None:
        """Look through a file of code or settings."""
        self.looked = True
        for name in self._wanted - self.found:
            if _has(data, name):
                self.found.add(name)
        for match in _ADDRESS.finditer(data):
            host, rest = match[1].decode("ascii"), match[2]
            address = host + rest.decode("ascii")
            if f".{host.lower()}".endswith(_OFFICIAL):
                if not _OTHERS.search(rest) and len(self.downloads) < _MOST_ADDRESSES:
                    self.downloads.setdefault(address, path)
            elif rest.endswith(b".nb") and len(self.addresses) < _MOST_ADDRESSES:
                self.addresses.setdefault(address, path)

    def names(self, path: str) -> bool:
        """Return whether the code names a file: by its own name, and by its folder's if others share it.

        Android's resources and iOS's bundles are asked for without the suffix.
        """
        name = PurePosixPath(path).name
        if not {name, PurePosixPath(path).stem} & self.found:
            return False
        alone = sum(PurePosixPath(other).name == name for other in self.paths) == 1
        return alone or PurePosixPath(path).parent.name in self.found

    @cached_property
    def _wanted(self) -> set[str]:
        paths = [PurePosixPath(path) for path in self.paths]
        return {name for path in paths for name in (path.name, path.stem, path.parent.name) if name}


def is_code(suffix: str, head: bytes) -> bool:
    """Tell by name and first bytes whether a file may name others."""
    return suffix in _CODE or is_library(head)


def _has(data: bytes, name: str) -> bool:
    """Return whether a whole name stands in data as UTF-8 or as UTF-16, and not as a part of a longer one.

    In dex files and in resource tables a text stands behind its length, which may look like a letter. After
    many longer ones it is taken for named: to look at each would take as long as somebody wants.
    """
    long = chr(min(len(name), 0x7F))
    narrow = name.encode("utf-8", "surrogateescape")
    wide = name.encode("utf-16-le", "surrogatepass")
    for text, encoding, width in ((narrow, "latin-1", 1), (wide, "utf-16-le", 2)):
        at = data.find(text)
        for _ in range(_MOST_LONGER):
            if at < 0:
                break
            end = at + len(text)
            before = data[max(at - width, 0) : at].decode(encoding, "replace")
            after = data[end : end + 2 * width].decode(encoding, "replace")
            if (before == long or not _BEFORE.match(before)) and not _AFTER.match(after):
                return True
            at = data.find(text, at + 1)
        else:
            return True
    return False
