"""The pitfalls in words: what ``paddock explain`` and docs/pitfalls.md say of each ID."""
