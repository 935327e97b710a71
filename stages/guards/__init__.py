"""What a stage holds against what the project says, before and after it measures."""
