"""Orientation: whether a line of text stands upright or upside down."""
