"""Docker contexts, as the docker CLI stores them."""

import hashlib
import json
from pathlib import Path


def add_context(config: Path, name: str, host: str) -> None:
    """Store a context as `docker context create` does."""
    folder = config / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
    folder.mkdir(parents=True)
    meta = {"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": host}}}
    (folder / "meta.json").write_text(json.dumps(meta))
