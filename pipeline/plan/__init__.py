"""What a run would do: inputs, wiring, keys, the lock, and the workspace they are found in."""
