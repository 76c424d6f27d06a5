"""The form of pseudonyms, and the forms in which they may come back."""
