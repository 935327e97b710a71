"""The report as a page: words, drawings, lines with their pictures, and the templates around them."""
