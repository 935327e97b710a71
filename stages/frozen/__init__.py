"""Training with a frozen backbone: its features computed once, neck and classifier trained on them."""
