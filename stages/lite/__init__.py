"""Paddle-Lite's tools and files: ``opt`` and the naive buffer (``.nb``) that it writes."""
