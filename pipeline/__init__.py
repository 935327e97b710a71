"""What runs on the host, without a screen: project, plan, engine, run, ledger, report."""

__version__ = "0.1.0"

#: What makes a folder a project.
PROJECT_FILE = "paddock.toml"
