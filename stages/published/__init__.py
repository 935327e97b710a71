"""Official inference models as they are published: files, description, weights."""
