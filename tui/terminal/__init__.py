"""The terminal itself: what is typed and answered, the title of its window, and its end."""
