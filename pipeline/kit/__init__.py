"""The kit for a phone's developer: golden images, and code that prepares and reads as the project does."""
