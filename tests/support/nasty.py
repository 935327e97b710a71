"""Log lines that try to be more than text. Each: its name, its bytes, and what must be seen of it."""

#: What a terminal would obey, would be confused by, or would choke on.
NASTY_LINES: tuple[tuple[str, bytes, str], ...] = (
    ("colour", b"a \x1b[1;31mred\x1b[0m b", "a red b"),
    ("cursor", b"\x1b[2J\x1b[10;10Hx\x1b[?1049h", "x"),
    ("osc 52", b"\x1b]52;c;ZXZpbA==\x07copied", "copied"),
    ("osc 52 with st", b"\x1b]52;c;ZXZpbA==\x1b\\copied", "copied"),
    ("osc 8", b"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
    ("osc without end", b"\x1b]0;title", "0;title"),
    ("dcs", b"\x1bP1$tx\x1b\\after", "after"),
    ("apc", b"\x1b_Gi=1;AAAA\x1b\\after", "after"),
    ("reset", b"\x1bcafter", "after"),
    ("charset", b"\x1b(0after", "after"),
    ("c1 csi", "\x9b31mred".encode(), "red"),
    ("c1 osc", "\x9d0;title\x9cafter".encode(), "after"),
    ("raw c1", b"\x9b31mred", "\\x9b31mred"),
    ("lone escape", b"end\x1b", "end\\x1b"),
    ("nested", b"\x1b[\x1b[31mred", "red"),
    ("bidi", "a\u202egnp.exe".encode(), "a\\u202egnp.exe"),
    ("isolate", "a\u2066b\u2069".encode(), "a\\u2066b\\u2069"),
    ("line separator", "a\u2028b".encode(), "a\\u2028b"),
    ("nul", b"a\x00b", "a\\x00b"),
    ("bell", b"a\x07b", "a\\x07b"),
    ("vertical", b"a\x0bb\x0cc", "a\\x0bb\\x0cc"),
    ("markup", b"[bold]a[/bold] [link=x]b[/] [@click=app.quit]c[/]",
     "[bold]a[/bold] [link=x]b[/] [@click=app.quit]c[/]"),
    ("marks", ("e" + "\u0301" * 500 + "f").encode(), "e" + "\u0301" * 4 + "f"),
    ("joined", "👩\u200d🔬".encode(), "👩\\u200d🔬"),
    ("variation", "❤\ufe0f!".encode(), "❤!"),
    ("cjk", "车牌 粤B".encode(), "车牌 粤B"),
    ("invalid", b"ok \xff\xfe \xe4\xb8", "ok \\xff\\xfe \\xe4\\xb8"),
    ("surrogate", b"\xed\xa0\x80", "\\xed\\xa0\\x80"),
    ("tabs", b"a\tbc\td", "a       bc      d"),
    ("wide tab", "车\tx".encode(), "车      x"),
    ("crlf", b"windows\r", "windows"),
    ("progress", b"\r 10%|#   |\r 50%|##  |\r100%|####|", "100%|####|"),
    ("shorter", b"hello world\rbye", "byelo world"),
    ("erased", b"hello world\r\x1b[Kbye", "bye"),
    ("erased whole", b"hello\x1b[2K\rbye", "bye"),
    ("backspaces", b"10%\b\b\b99%", "99%"),
    ("wide overwritten", "车牌\rx".encode(), "x 牌"),
    ("coloured progress", b"\x1b[32m10%\x1b[0m\r\x1b[32m99%\x1b[0m", "99%"),
    ("backspace at the edge", b"\b\b\bx", "x"),
)  # fmt: skip


def is_harmless(text: str) -> bool:
    """Return whether a terminal can only print ``text``."""
    return text.isprintable()
