"""What screens are made of, a file each."""
