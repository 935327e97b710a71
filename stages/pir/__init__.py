"""PIR models, Paddle 3's own format: read without Paddle, and replayed as legacy programs.

Paddle-Lite's ``opt`` reads only the legacy format, and the official models are published as PIR.
"""
