"""Proof that the weights in a file are those that were trained, tensor by tensor, step by step."""
