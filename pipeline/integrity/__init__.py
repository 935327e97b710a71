"""Hashing again what was recorded: in the workspace, in ``out/``, in the project's own record."""
