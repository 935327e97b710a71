"""What the page of a sweep costs: CPU seconds to draw it and its size, by the number of members.

No engine is needed. ``python benchmarks/sweep_page.py [MEMBERS …]`` prints a line each.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from pipeline.sweep.page import render_page
from support.sweeps import large


def main(counts: list[int]) -> None:
    """Draw a page of as many members each; the first draws one more before, which loads the templates."""
    with tempfile.TemporaryDirectory() as folder:
        render_page(large(2), Path(folder))
        for count in counts:
            table = large(count, failed=count // 50)
            before = time.process_time()
            page = render_page(table, Path(folder))
            took = time.process_time() - before
            print(f"{count:>6} members  {took:6.2f} s of CPU  {len(page.encode()) / 1000:8.0f} kB")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [10, 100, 1000, 10_000])
