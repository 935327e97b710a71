"""What tests build their scenarios from."""
