"""What a recognition model's classes mean: dictionary, labels, decoding, measures."""
