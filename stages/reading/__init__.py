"""What every model of a run makes of images that are not of its test set."""
