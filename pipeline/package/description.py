"""What is said of a package beside its files: its configuration, and the annotations that others read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields

from pipeline.errors import UsageError
from pipeline.package.manifest import Layer, PackageRefused
from pipeline.record.sums import sums_in
from pipeline.record.verdict import Verdict
from pipeline.report.model import Report
from pipeline.text import one_line
from stages.contract import Needs
from stages.contract.codec import DocumentError, decode, encode
from stages.message import msg

SCHEMA_VERSION = 1
_PREFIX = "paddock."
#: What names the files that Paddock delivered, and the sums beside it.
SUMS, MORE_SUMS = "SHA256SUMS", "MD5SUMS"


@dataclass(frozen=True)
class Description:
    """Whose run it is, how that was judged, and what its files need.

    Args:
        project: the name in ``paddock.toml``.
        run: that delivered the files.
        task: recognition, detection or orientation.
        verdict: of that run.
        reasons: why it is no pass.
        dictionary: SHA-256 of the one that was decoded with, "" if there is none.
        needs: what the app has to have that loads a ``.nb`` file, by the model's name.
        images: identity of the image of each stage.
        revision: the git commit that has this ``paddock.lock``, "" if none has.
    """

    project: str
    run: str
    task: str
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    dictionary: str = ""
    needs: Mapping[str, Needs] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    revision: str = ""

    def dump(self) -> bytes:
        """Return it as the package's configuration: equal ones are equal bytes."""
        body = {"schema_version": SCHEMA_VERSION, **encode(self)}
        return json.dumps(body, sort_keys=True, separators=(",", ":")).encode("ascii")

    def annotations(self) -> dict[str, str]:
        """Return the manifest's annotations, which a registry shows and a policy can ask for."""
        said = {
            "org.opencontainers.image.title": self.project,
            "org.opencontainers.image.revision": self.revision,
            f"{_PREFIX}run": self.run,
            f"{_PREFIX}task": self.task,
            f"{_PREFIX}verdict": self.verdict.value,
            f"{_PREFIX}dictionary.sha256": self.dictionary,
            **{f"{_PREFIX}needs.{name}": str(needs.sentence) for name, needs in self.needs.items()},
            **{f"{_PREFIX}image.{stage}": name for stage, name in self.images.items()},
        }
        return {key: value for key, value in said.items() if value}


def parse_description(data: bytes) -> Description:
    """Read a package's configuration; members that a later version added are passed over.

    Raises:
        PackageRefused: it is none.
    """
    try:
        raw = json.loads(data)
        known = {item.name for item in fields(Description)}
        body = {name: value for name, value in raw.items() if name in known}
        return decode(Description, body, "config")
    except (DocumentError, ValueError, AttributeError, RecursionError) as error:
        raise PackageRefused(msg("its description is none")) from error


def are_of(layers: Iterable[Layer], sums: bytes, report: Report) -> bool:
    """Return whether files are those that their sums name, and the models among them of this report."""
    files = {layer.title: layer.blob.digest.removeprefix("sha256:") for layer in layers}
    named = sums_in(sums)
    made = {(item.path, item.sha256) for item in report.artifacts}
    models = {(title, sha256) for title, sha256 in files.items() if title.endswith(".nb")}
    return (
        files.keys() - named.keys() == {SUMS, MORE_SUMS}
        and all(files.get(title) == sha256 for title, sha256 in named.items())
        and bool(models)
        and models <= made
    )


class NotPassed(UsageError):
    """A run that failed would be pushed, or pulled, as if it had passed; the exit code is the verdict's."""

    def __init__(self, run: str, verdict: Verdict, reasons: Sequence[str]) -> None:
        super().__init__(
            msg("run {run} did not pass: {verdict}", one_line(run), verdict.words),
            reasons[0] if reasons else "",
            msg("if it is meant all the same, use --failed"),
        )
        self.code = verdict.code
