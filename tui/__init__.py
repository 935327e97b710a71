"""What a person sees: the command line, ``--batch`` output, and the place of the text UI."""
