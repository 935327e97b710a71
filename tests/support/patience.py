"""How long a test waits for what must come."""

#: Seconds, of a machine on which others take all cores for themselves: whoever waits as long has lost.
PATIENCE = 300.0
