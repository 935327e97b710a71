"""What swarm_scale.py's containers run in a member's place: no Paddle, no engine, a tenth of a second.

To the registry and to whoever is attached it does what a member does: it fetches what was sent along, prints
the events of a run, and pushes a result. The run is one of a pretended engine, made once (``template``), with
this member's names put in. Standard library only.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

_TEMPLATE = Path("/stub/template")
#: Of the template's names, and of the media types of a result: written by swarm_scale.py.
_NAMES = Path("/stub/names.json")
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class Registry:
    """A repository, over one connection."""

    def __init__(self, reference: str) -> None:
        host, _, rest = reference.partition("/")
        self.name, _, self.digest = rest.partition("@")
        self._connection = http.client.HTTPConnection(host, timeout=120)

    def ask(
        self, method: str, path: str, body: bytes | None = None, kind: str = ""
    ) -> http.client.HTTPResponse:
        """Ask for a path in the repository, or for one that an answer named."""
        if not path.startswith("/"):
            path = f"/v2/{self.name}/{path}"
        headers = {"User-Agent": "member", "Accept": _MANIFEST}
        self._connection.request(
            method, path, body, headers | ({"Content-Type": kind} if kind else {})
        )
        return self._connection.getresponse()

    def get(self, path: str) -> bytes:
        """Return what is there."""
        answer = self.ask("GET", path)
        data = answer.read()
        if answer.status != 200:
            sys.exit(f"error: {path}: {answer.status}")
        return data

    def has(self, path: str) -> bool:
        """Return whether something is there."""
        answer = self.ask("HEAD", path)
        answer.read()
        return answer.status == 200

    def put(self, data: bytes) -> str:
        """Push a blob, if it is not there; return its digest."""
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        if not self.has(f"blobs/{digest}"):
            begun = self.ask("POST", "blobs/uploads/", b"")
            begun.read()
            place = urlsplit(begun.headers["Location"])
            query = f"{place.query}&" if place.query else ""
            done = self.ask(
                "PUT", f"{place.path}?{query}digest={digest}", data, "application/octet-stream"
            )
            done.read()
            if done.status != 201:
                sys.exit(f"error: a blob: {done.status}")
        return digest


def files_of(names: dict[str, str]) -> dict[str, bytes]:
    """Return the template's files with other names in them, and a ledger that vouches for them."""
    files = {}
    for path in sorted(_TEMPLATE.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            for old, new in names.items():
                data = data.replace(old.encode(), new.encode())
            files[path.relative_to(_TEMPLATE).as_posix()] = data
    files["ledger.jsonl"] = ledger_of(files)
    return files


def ledger_of(files: dict[str, bytes]) -> bytes:
    """Return the ledger with the hashes of these files, linked anew."""
    whole = hashlib.sha256()
    lines = b""
    for line in files["ledger.jsonl"].splitlines():
        body = json.loads(line)
        del body["link"]
        for name in body.get("files", {}):
            body["files"][name] = digests(files[title_of(name)])
        text = json.dumps(body, sort_keys=True).encode("ascii")
        digest = whole.copy()
        digest.update(text)
        linked = text[:-1] + f', "link": "{digest.hexdigest()}"}}\n'.encode("ascii")
        whole.update(linked)
        lines += linked
    return lines


def title_of(name: str) -> str:
    """Return what a file of the project is called in a result."""
    parts = name.split("/")
    if parts[0] == "paddock.locks":
        return "lock"
    return "/".join(["delivered", *parts[2:]] if parts[0] == "out.sweep" else ["run", *parts[3:]])


def digests(data: bytes) -> dict[str, int | str]:
    """Return size and hashes, as a ledger has them."""
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return {"size": len(data), "md5": md5, "sha256": hashlib.sha256(data).hexdigest()}


def main() -> None:
    """Be the member that the words name."""
    reference, member = sys.argv[3], sys.argv[sys.argv.index("--member") + 1]
    registry = Registry(reference)
    manifest = json.loads(registry.get(f"manifests/{registry.digest}"))
    order = json.loads(registry.get(f"blobs/{manifest['config']['digest']}"))
    run = next(job["run"] for job in order["jobs"] if job["member"] == member)
    tag = f"result-{order['sweep']}-{hashlib.sha256(member.encode()).hexdigest()[:16]}"
    if registry.has(f"manifests/{tag}"):
        return
    for layer in manifest["layers"]:
        registry.get(f"blobs/{layer['digest']}")
    known = json.loads(_NAMES.read_text())
    files = files_of({known["run"]: run, known["member"]: member})
    sys.stdout.write(files["run/events.jsonl"].decode())
    sys.stdout.flush()
    answer = {**known["answer"], "sweep": order["sweep"], "member": member, "run": run}
    answer["node"] = os.environ.get("PADDOCK_NODE", "")
    registry.ask(
        "PUT",
        f"manifests/{tag}",
        pushed(registry, files, json.dumps(answer).encode(), known),
        _MANIFEST,
    )


def pushed(
    registry: Registry, files: dict[str, bytes], answer: bytes, known: dict[str, str]
) -> bytes:
    """Push answer and files; return the manifest that names them."""
    layers = [
        {
            "mediaType": known["nb" if title.endswith(".nb") else "file"],
            "digest": registry.put(data),
            "size": len(data),
            "annotations": {"org.opencontainers.image.title": title},
        }
        for title, data in sorted(files.items())
    ]
    config = {"mediaType": known["config"], "digest": registry.put(answer), "size": len(answer)}
    whole = {"schemaVersion": 2, "mediaType": _MANIFEST, "artifactType": known["artifact"]}
    return json.dumps({**whole, "config": config, "layers": layers, "annotations": {}}).encode()


if __name__ == "__main__":
    main()
