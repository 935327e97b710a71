"""A run: prepare, execute stage after stage, judge, deliver, and look everything over again."""
