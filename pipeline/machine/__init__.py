"""The user's machine: what is wrong with it, what was left behind on it, and examples drawn there."""
