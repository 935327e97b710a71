"""Several models on the same images: measuring them in turn, and saying how far they agree."""
