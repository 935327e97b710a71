"""``report.json`` and what is drawn from it, and from nothing else."""
