"""Where a ``.nb`` file parts from the PD model: the operator, and its layer in the trained network."""
