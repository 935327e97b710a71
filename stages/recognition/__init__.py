"""What recognition alone does in a stage that has several tasks: text in, text out."""
