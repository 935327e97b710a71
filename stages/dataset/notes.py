"""What a person should know of label files and images in order: each kind once, with a count and examples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from stages.contract import ImageCounts
from stages.dataset.split import Seen, Split
from stages.imagefile import UPRIGHT
from stages.message import joined, msg
from stages.text.encoding import plain_remedy
from stages.text.labels import Label, LabelFile
from stages.text.printable import printable, quoted

#: How many images, or files, a sentence names.
EXAMPLES = 3

Pair = tuple[Label, Seen]


def pairs_of(splits: Sequence[Split]) -> list[Pair]:
    """Return every label with what was seen of its image."""
    return [pair for split in splits for pair in zip(split.labels, split.seen, strict=True)]


def examples(pairs: Sequence[Pair]) -> str:
    """Return the names of the first images."""
    return ", ".join(quoted(label.image) for label, _ in pairs[:EXAMPLES])


def file_notes(files: Mapping[str, LabelFile | None]) -> Iterator[str]:
    """Say which label files were saved as Windows does, and which lines list several images."""
    read = {name: file for name, file in files.items() if file}
    marked = [name for name, file in read.items() if file.text.bom]
    windows = [name for name, file in read.items() if file.text.windows]
    if unusual := list(dict.fromkeys([*marked, *windows])):
        what = [msg("a byte order mark")] * bool(marked) + [msg("Windows line ends (CRLF)")] * bool(
            windows
        )
        yield msg(
            "{files}: UTF-8 with {what}, which are passed over; {remedy}",
            ", ".join(map(printable, unusual[:EXAMPLES])),
            joined(msg(" and "), what),
            plain_remedy(printable(unusual[0])),
        )
    if lists := sum(file.lists for file in read.values()):
        yield msg(
            "{lists} lines list several images: each image is a line of its own here, where PaddleOCR draws "
            "one of them each time",
            lists,
        )


def count_images(pairs: Sequence[Pair]) -> ImageCounts:
    """Count the lines whose image is of a kind that not every program reads the same way."""
    return ImageCounts(
        turned=sum(seen.file.turned for _, seen in pairs),
        flattened=sum(seen.flattened for _, seen in pairs),
        deep=sum(seen.file.deep for _, seen in pairs),
        frames=sum(seen.file.frames for _, seen in pairs),
        one_colour=sum(seen.one_colour for _, seen in pairs),
    )


def image_notes(pairs: Sequence[Pair]) -> Iterator[str]:
    """Say which images are read in a way that an app must know of, or show nothing."""
    for fits, say in _KINDS:
        found = [pair for pair in pairs if fits(pair[1])]
        if found:
            yield say(len(found), len(pairs), examples(found))


_KINDS: tuple[tuple[Callable[[Seen], bool], Callable[[int, int, str], str]], ...] = (
    (
        lambda seen: seen.file.turned,
        lambda count, total, names: msg(
            "{count} of {total} images are turned as their EXIF orientation says, for example {names}: "
            "models see them so, and an app must turn them too",
            count,
            total,
            names,
        ),
    ),
    (
        lambda seen: seen.file.orientation != UPRIGHT and not seen.file.turned,
        lambda count, total, names: msg(
            "{count} of {total} images have an EXIF orientation that OpenCV does not obey in WebP, for "
            "example {names}: turn their pixels, or save them as PNG",
            count,
            total,
            names,
        ),
    ),
    (
        lambda seen: seen.flattened,
        lambda count, total, names: msg(
            "{count} of {total} images are transparent in places, for example {names}: they are flattened "
            "onto white, and an app must do so too",
            count,
            total,
            names,
        ),
    ),
    (
        lambda seen: seen.file.deep,
        lambda count, total, names: msg(
            "{count} of {total} images have more than 8 bits a channel, for example {names}: the upper 8 "
            "are taken",
            count,
            total,
            names,
        ),
    ),
    (
        lambda seen: seen.file.frames,
        lambda count, total, names: msg(
            "{count} of {total} images have several frames or pages, for example {names}: the first is "
            "taken",
            count,
            total,
            names,
        ),
    ),
    (
        lambda seen: not seen.file.whole,
        lambda count, total, names: msg(
            "{count} of {total} images lack the end of their file, for example {names}: they can be "
            "decoded, but look at them",
            count,
            total,
            names,
        ),
    ),
    (
        lambda seen: seen.one_colour,
        lambda count, total, names: msg(
            "{count} of {total} images show one colour and nothing to read, for example {names}",
            count,
            total,
            names,
        ),
    ),
)
