"""Paddock's images: build, list, save and load them."""
