"""What is asked: keys, each student's numbers, what is true of them, and blank sheets."""
