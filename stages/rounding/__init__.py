"""Weights rounded onto the grid on which ``opt`` rounds them, with the least harm to what layers compute."""
