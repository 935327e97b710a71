"""A ``.nb`` file read back into a Paddle program, so that Paddle's own kernels can run what it holds."""
