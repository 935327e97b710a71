"""Every test image of a run, from what the report lists and what is kept beside it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.project import load_project
from pipeline.record.kept import kept_file, read_kept
from pipeline.report.model import Report
from pipeline.report.samples import Sample, samples_of
from stages.contract import ChainedLine, DocumentError, Mismatch, digests_of
from stages.contract.artifacts import labels_file
from stages.contract.pages import PAGES, Page, dump_pages, parse_pages
from stages.message import Message, msg
from support.projects import write_project
from support.results import (
    make_boxes,
    make_chain,
    make_model,
    make_parity,
    make_report,
    make_results,
)

SQUARE = ((0, 0), (9, 0), (9, 9), (0, 9))
PAGE = Page(
    "a.jpg",
    msg("{count} box", 1),
    {"pd": msg("{count} box", 1), "nb-x86": msg("{count} boxes", 2)},
    (SQUARE,),
    {"pd": (SQUARE,), "nb-x86": (SQUARE, ((20, 0), (29, 0), (29, 9), (20, 9)))},
    missed={"pd": (), "nb-x86": ()},
    extra={"pd": (), "nb-x86": (1,)},
)
OTHER = Page(
    "b.jpg", "0 boxes", {"pd": "0 boxes", "nb-x86": "0 boxes"}, (), {"pd": (), "nb-x86": ()}
)


def report(tmp_path: Path, stage: str, name: str, data: bytes, **parity: object) -> Report:
    """Return a report of which one artifact is ``data``."""
    results = make_results()
    digests = digests_of(data)
    made = replace(
        results[stage].artifacts[0],
        path=name,
        size=digests.size,
        md5=digests.md5,
        sha256=digests.sha256,
    )
    others = [item for item in results[stage].artifacts if item.path != name]
    results[stage] = replace(results[stage], artifacts=(*others, made))
    models = parity.pop(
        "models", (make_model("checkpoint"), make_model("pd"), make_model("nb-x86"))
    )
    assert isinstance(models, tuple)
    project = load_project(write_project(tmp_path / digests.sha256[:8]))
    return make_report(project, make_parity(*models, **parity), results)


def holding(data: bytes) -> Callable[[str], bytes | None]:
    return {digests_of(data).sha256: data}.get


def test_what_is_not_listed_is_as_its_label_says(tmp_path: Path) -> None:
    data = b"a.jpg\tAB0\nb.jpg\tCD\nc.jpg\tEF\n"
    listed = Mismatch("b.jpg", "CD", {"checkpoint": "CD", "pd": "CD", "nb-x86": "CO"})
    made = report(tmp_path, "data", labels_file("test"), data, mismatches=(listed,), images=3)
    samples = samples_of(made, holding(data))
    assert samples.all_there
    models = ("checkpoint", "pd", "nb-x86")
    assert samples.items == (
        Sample("b.jpg", "CD", models, ("CD", "CD", "CO")),
        Sample("a.jpg", "AB0", models, ("AB0",) * 3, is_as_labelled=True),
        Sample("c.jpg", "EF", models, ("EF",) * 3, is_as_labelled=True),
    )
    assert [item.is_parted for item in samples.items] == [True, False, False]

    alone = samples_of(made, lambda _sha256: None)  # as on a machine that has the report only
    assert not alone.all_there and alone.items == samples.items[:1]


def test_pages_have_their_boxes_and_chained_lines_stand_last(tmp_path: Path) -> None:
    data = dump_pages([OTHER, PAGE]).encode()
    listed = Mismatch(PAGE.image, PAGE.label, PAGE.found)
    line = ChainedLine("b.jpg", 3, "AB0", "ABO")
    made = report(
        tmp_path,
        "verify",
        PAGES,
        data,
        task="detection",
        models=(make_boxes("pd"), make_boxes("nb-x86")),
        mismatches=(listed,),
        images=2,
        chain=make_chain(same=430, different=(line,)),
    )
    samples = samples_of(made, holding(data))
    first, second, third = samples.items
    assert samples.all_there and (first.page, second.page) == (PAGE, OTHER)
    assert (first.is_as_labelled, second.is_as_labelled) == (False, True)
    assert third == Sample("b.jpg", "AB0", ("original", "converted"), ("AB0", "ABO"))

    for broken in (b"{", b'{"image": 1}\n', b"[]\n", b"\xff"):
        damaged = report(
            tmp_path, "verify", PAGES, broken, task="detection",
            models=(make_boxes("pd"),), mismatches=(listed,), images=2,
        )  # fmt: skip
        left = samples_of(damaged, holding(broken))
        assert not left.all_there and left.items[0].page is None


def test_pages_are_read_as_they_were_written() -> None:
    text = dump_pages([PAGE, OTHER])
    read = [*parse_pages(text.encode())]
    assert read == [PAGE, OTHER] and text.isascii() and text.count("\n") == 2
    assert isinstance(
        read[0].found["nb-x86"], Message
    )  # so that it can be said in another language
    assert PAGE.is_parted and not OTHER.is_parted
    with pytest.raises(DocumentError, match=r"pages\.jsonl:2"):
        list(parse_pages(text.encode().splitlines()[0] + b"\n{}\n"))


def test_what_is_kept_is_what_its_hash_says(tmp_path: Path) -> None:
    sha256 = digests_of(b"whole").sha256
    assert read_kept(tmp_path, sha256) is None
    path = kept_file(tmp_path, sha256)
    path.parent.mkdir()
    path.write_bytes(b"half")
    assert read_kept(tmp_path, sha256) is None
    path.write_bytes(b"whole")
    assert read_kept(tmp_path, sha256) == b"whole"
