"""compose.yaml as Paddock reads it."""
