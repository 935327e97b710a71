"""Which printed lines there are: Latin words, numbers and Chinese. Standard library only.

Every line has a random generator of its own, seeded with (seed, number): asking for fewer lines leaves
the others as they were.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from line import Line

LINES = 240
#: Font files without ``.ttf`` by script, and the Debian packages that ship them.
LATIN = ("DejaVuSans", "LiberationSans-Regular", "LiberationSerif-Regular", "Go-Regular")
CHINESE = ("DroidSansFallbackFull",)
PACKAGES = {
    "DejaVuSans": "fonts-dejavu-core",
    "LiberationSans-Regular": "fonts-liberation2",
    "LiberationSerif-Regular": "fonts-liberation2",
    "Go-Regular": "fonts-go",
    "DroidSansFallbackFull": "fonts-droid-fallback",
}

_WORDS = (
    "Best before", "Net weight", "Serial number", "Made in", "Keep dry", "Handle with care",
    "Batch", "Total", "Invoice", "Delivery note", "Order", "Customer", "Platform", "Gate",
    "Exit", "Departure", "Arrival", "Receipt", "Warranty", "Type plate",
)  # fmt: skip
_PLACES = ("Oslo", "Turin", "Quebec", "Kyoto", "Zagreb", "Lima", "Fargo", "Wien", "Jena", "Bath")
_PHRASES = (
    "生产日期", "净含量", "保质期至", "请勿倒置", "小心轻放", "有效期限", "配料表", "贮存方法",
    "合格证", "出口方向", "紧急出口", "请排队等候", "欢迎光临", "谢谢惠顾", "营业时间", "注意安全",
    "禁止吸烟", "收银台", "发票号码", "客户服务", "北京西站", "上海虹桥", "广州南站", "人民广场",
    "产品名称", "规格型号", "电源开关", "使用说明", "检验员", "出厂编号",
)  # fmt: skip


def lines_of(seed: int, count: int = LINES) -> Iterator[Line]:
    """Yield the first ``count`` lines; the kinds of text take turns, and the fonts of each kind too."""
    for number in range(count):
        own_seed = f"{seed}/printed/{number}"
        dice = random.Random(own_seed)  # noqa: S311 - a drawing, not a secret
        kind, fonts = _KINDS[number % len(_KINDS)]
        font = fonts[number // len(_KINDS) % len(fonts)]
        yield Line(f"test/{number:05d}.jpg", kind(dice), font, own_seed)


def _words(dice: random.Random) -> str:
    return f"{dice.choice(_WORDS)} {dice.choice(_PLACES)}"


def _code(dice: random.Random) -> str:
    letters = "".join(dice.choices("ABCDEFGHJKLMNPRSTUVWXYZ", k=2))
    return f"{dice.choice(_WORDS)}: {letters}-{dice.randint(100, 9999)}"


def _amount(dice: random.Random) -> str:
    whole, part = dice.randint(1, 9999), dice.randint(0, 99)
    return dice.choice((f"{whole:,}.{part:02d}", f"${whole}.{part:02d}", f"+{part}.{whole % 10}%"))


def _date(dice: random.Random) -> str:
    year, month, day = dice.randint(1990, 2039), dice.randint(1, 12), dice.randint(1, 28)
    hour, minute, second = dice.randint(0, 23), dice.randint(0, 59), dice.randint(0, 59)
    return dice.choice((f"{year}-{month:02d}-{day:02d}", f"{hour:02d}:{minute:02d}:{second:02d}"))


def _chinese(dice: random.Random) -> str:
    return dice.choice(_PHRASES)


def _long_chinese(dice: random.Random) -> str:
    return "".join(dice.sample(_PHRASES, 2))


_KINDS: tuple[tuple[Callable[[random.Random], str], tuple[str, ...]], ...] = (
    (_words, LATIN),
    (_chinese, CHINESE),
    (_code, LATIN),
    (_amount, LATIN),
    (_long_chinese, CHINESE),
    (_date, LATIN),
)
