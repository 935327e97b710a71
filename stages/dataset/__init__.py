"""What the data stage looks at: label lines, images, and what splits have in common."""
