"""The project file: what it may hold (``schema``) and how it is read and refused (``load``)."""

from pipeline import PROJECT_FILE
from pipeline.project.load import load_project
from pipeline.project.schema import Project, Settings

__all__ = ["PROJECT_FILE", "Project", "Settings", "load_project"]
