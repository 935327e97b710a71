"""Log files as they lie on the disk: read by line, made showable, searched. No widgets."""
