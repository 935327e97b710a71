"""Legacy Paddle programs (``.pdmodel``, ``.pdiparams``): read, rewritten for Lite, written."""
