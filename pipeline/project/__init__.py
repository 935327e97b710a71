"""The project file: what it may hold (``schema``) and how it is read and refused (``load``)."""

from pipeline.project.load import PROJECT_FILE, load_project
from pipeline.project.schema import Project, Settings

__all__ = ["PROJECT_FILE", "Project", "Settings", "load_project"]
