"""A sweep: the members of a project, planned together, run side by side, and put into one table."""
