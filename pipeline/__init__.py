"""What runs on the host, without a screen: project, plan, engine, run, ledger, report."""

import os

# What other packages plug into pydantic has no say in what Paddock takes; to look for it reads the metadata
# of every package that is installed, which was a tenth of what `paddock plan` cost.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

__version__ = "0.1.0"

#: What makes a folder a project.
PROJECT_FILE = "paddock.toml"
