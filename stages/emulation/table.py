"""The table: how each kind of operator of Paddle-Lite is read. docs/emulation.md lists it."""

from __future__ import annotations

from stages.emulation import activations, layers, same
from stages.emulation.call import Reading

READINGS: dict[str, Reading] = {
    reading.kind: reading for reading in (*layers.READINGS, *activations.READINGS, *same.READINGS)
}
