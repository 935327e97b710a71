"""Strings of ``pipeline/`` and ``stages/`` that look like sentences and are shown to nobody, and why."""

from __future__ import annotations

#: Modules without a sentence for people.
FILES = {
    "pipeline/report/html.py": "report.html: files are English",
    "pipeline/report/markdown.py": "report.md: files are English",
    "pipeline/report/proofs.py": "tables of report.html and report.md",
    "pipeline/report/plot.py": "a chart of report.html: files are English",
    "pipeline/report/junit.py": "JUnit XML: files are English",
    "pipeline/project/template.py": "paddock.toml as `paddock init` writes it: files are English",
    "stages/detection/describe.py": "preprocess.json: files are English",
    "stages/program/rules/apart.py": "as for the next one",
    "stages/program/rules/affine.py": "names of rules are identifiers, their reasons documentation",
    "stages/program/rules/legal.py": "as above",
    "stages/program/rules/simple.py": "as above",
}

_PROGRAMS = (
    "\ncreate table if not exists hashes (\n    path text primary key, inode integer, mtime_ns integer, "
    "ctime_ns integer, size integer, sha256 text\n)\n",
    "python -m stages.rehash",
    "Mapping[str, Any]",  # a type, for typing.cast
)
#: What other programs say, looked for in their output.
_PATTERNS = (
    "Model is optimized and saved into",
    "idx >= blocks.size()",
    "No attributes called beta found for swish",
    "Failed to read",
    "Unable to open file",
    "no valid out_shape",
    "model name",  # of /proc/cpuinfo
    "^VmHWM:\\s+(\\d+) kB",
)
#: Lines of files, and what files describe in English: preprocess.json, golden.json, locks.
_FILE_LINES = (
    "{wheel}=={version} --hash=sha256:{sha256}\n",
    "pid {getpid} on {gethostname}{name}\n",
    ", run {run}",
    ', "link": "{link}"}}\n',
    "min({width}, ceil({height} * image_width / image_height))",
    "bilinear (OpenCV INTER_LINEAR on uint8)",
    "squeezed to the full width",
    "after normalisation",
    "CTC greedy",
    "class {classes}, after the dictionary's last line",
    "class {value}",
    "no class",
    "SHA-256 of the prepared image's float32 values, little endian, in the order CHW",
)
#: Headings of report.html and report.md, and what stands in preprocess.json: files are English.
_FILES = (
    "Lines read differently",
    "Images with other boxes",
    "Images turned differently",
    "the class with the highest probability",
)
#: The command line of the background runner, which `paddock` starts and nobody types.
_BACKGROUND = (
    "python -m pipeline.run.background",
    "the project",
    "of the run",
    "the folder that paths in the environment are relative to",
)
#: Amounts with SI units are international: "3 min 07 s" in every language.
_UNITS = ("{minutes} min {rest} s",)

TEXTS = frozenset((*_PROGRAMS, *_PATTERNS, *_FILE_LINES, *_FILES, *_BACKGROUND, *_UNITS))
