"""What is asked and said, in no dialect."""
