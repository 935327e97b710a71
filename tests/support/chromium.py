"""Runs inside a container with Chromium: opens pages as they are asked for, and says what a reader sees.

``python chromium.py ASKED.json OUT``: each view that is asked for has a page, width, height, colour scheme,
language and whether it is printed; of each there is an entry in ``OUT/seen.json``, and a picture where one
is wanted. Standard library only: Chromium is spoken to over its own pipe (``--remote-debugging-pipe``).
"""

import base64
import json
import os
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import Any

#: What is asked of a page, in the page's own language; it runs from outside, where its policy does not count.
LOOK = """
(() => {
  const seen = element => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility === "visible";
  };
  const boxes = selector => [...document.querySelectorAll(selector)].map(element => {
    const box = element.getBoundingClientRect();
    return [box.left, box.top, box.width, box.height];
  });
  const root = document.documentElement, banner = document.querySelector("h1");
  const clipped = [...document.querySelectorAll("main *")].filter(element => {
    const box = element.getBoundingClientRect();
    return seen(element) && box.right > innerWidth + 1 && !element.closest(".scroll, svg, .head");
  });
  const texts = [...document.querySelectorAll("svg.chart text")].filter(seen);
  return {
    width: root.scrollWidth, room: root.clientWidth, height: root.scrollHeight,
    banner: banner ? banner.innerText : "", banner_box: boxes("h1")[0], text: document.body.innerText,
    charts: boxes("svg.chart"), pictures: [...document.images].map(image => image.naturalWidth),
    background: getComputedStyle(document.body).backgroundColor,
    clipped: clipped.slice(0, 5).map(element => element.outerHTML.slice(0, 120)),
    small: texts.map(text => text.getBoundingClientRect().height),
    outside: texts.filter(text => {
      const own = text.getBoundingClientRect(), all = text.closest("svg").getBoundingClientRect();
      return own.left < all.left - 1 || own.right > all.right + 1;
    }).map(text => text.textContent),
    scripts: document.scripts.length, title: document.title,
  };
})()
"""


#: Without a sandbox of its own: the container is one, and lets it make none.
PROGRAM = (
    "/usr/bin/chromium-headless-shell", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
    "--disable-dev-shm-usage", "--remote-debugging-pipe", "--user-data-dir=/tmp/chromium",
)  # fmt: skip
#: Where an element is.
PLACE = "(() => {{ const at = document.querySelector({}).getBoundingClientRect(); return [at.x, at.y] }})()"


class Chromium:
    """A browser without a screen, and its pages."""

    def __init__(self) -> None:
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        script = (
            f'exec "$@" about:blank 3<&{to_read} 4>&{to_write}'  # it reads from 3 and writes to 4
        )
        program = ["/bin/sh", "-c", script, "sh", *PROGRAM]
        self._process = subprocess.Popen(
            program, pass_fds=(to_read, to_write), stderr=subprocess.DEVNULL
        )
        os.close(to_read)
        os.close(to_write)
        self._buffer, self._number, self.events = b"", 0, deque[dict[str, Any]]()

    def ask(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        """Send a command and return its answer; what else comes meanwhile is kept in ``events``."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                found: dict[str, Any] = answer["result"]
                return found
            self.events.append(answer)

    def wait(self, method: str, session: str) -> None:
        """Go on when an event has come."""
        while not any(
            it.get("method") == method and it.get("sessionId") == session for it in self.events
        ):
            self.events.append(self._next())

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            block = os.read(self._read, 1 << 20)
            if not block:
                raise RuntimeError("the browser has ended")
            self._buffer += block
        line, _, self._buffer = self._buffer.partition(b"\0")
        found: dict[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        """End the browser."""
        self.ask("Browser.close")
        self._process.wait()


def look(browser: Chromium, view: dict[str, Any], out: Path) -> dict[str, Any]:
    """Open a page as it is asked for; return what is seen, and what the browser complained about."""
    target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
    session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    browser.events.clear()
    for domain in ("Page", "Network", "Log", "Runtime"):
        browser.ask(f"{domain}.enable", session)
    size = {
        "width": view["width"],
        "height": view["height"],
        "deviceScaleFactor": 1,
        "mobile": view["width"] < 600,
    }
    browser.ask("Emulation.setDeviceMetricsOverride", session, **size)
    scheme = [{"name": "prefers-color-scheme", "value": view["scheme"]}]
    medium = "print" if view["printed"] else "screen"
    browser.ask("Emulation.setEmulatedMedia", session, media=medium, features=scheme)
    address = Path(view["page"]).resolve().as_uri()
    browser.ask("Page.navigate", session, url=address)
    browser.wait("Page.loadEventFired", session)
    if view["language"] != "en":
        click(browser, session, f"label[for={view['language']}]")
    answer = browser.ask("Runtime.evaluate", session, expression=LOOK, returnByValue=True)
    seen: dict[str, Any] = answer["result"]["value"]
    requests, complaints = [], []
    for event in browser.events:
        parameters = event.get("params", {})
        match event.get("method"):
            case "Network.requestWillBeSent":
                requests.append(parameters["request"]["url"])
            case "Log.entryAdded":
                complaints.append(parameters["entry"]["text"])
            case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown":
                complaints.append(json.dumps(parameters)[:200])
    seen["requests"] = [url for url in requests if url != address and not url.startswith("data:")]
    seen["complaints"] = complaints
    if view["picture"]:
        picture(browser, session, view, seen["height"], out)
    browser.ask("Target.closeTarget", targetId=target)
    return seen


def click(browser: Chromium, session: str, selector: str) -> None:
    """Click on an element as a reader does: no script of the page's is called."""
    find = PLACE.format(json.dumps(selector))
    found = browser.ask("Runtime.evaluate", session, expression=find, returnByValue=True)
    left, top = found["result"]["value"]
    for kind in ("mousePressed", "mouseReleased"):
        browser.ask(
            "Input.dispatchMouseEvent",
            session,
            type=kind,
            x=left + 9,
            y=top + 9,
            button="left",
            clickCount=1,
        )


def picture(browser: Chromium, session: str, view: dict[str, Any], height: int, out: Path) -> None:
    """Write what is seen, or with ``whole`` the page to its end."""
    tall = height if view["whole"] else view["height"]
    clip = {"x": 0, "y": 0, "width": view["width"], "height": min(tall, 16000), "scale": 1}
    asked = {"format": "png", "clip": clip, "captureBeyondViewport": True}
    shot = browser.ask("Page.captureScreenshot", session, **asked)
    (out / view["picture"]).write_bytes(base64.b64decode(shot["data"]))


def main(asked: Path, out: Path) -> None:
    """Look at every view, one after the other."""
    out.mkdir(exist_ok=True)
    browser = Chromium()
    seen = [look(browser, view, out) for view in json.loads(asked.read_text("utf-8"))]
    browser.close()
    (out / "seen.json").write_text(json.dumps(seen), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
