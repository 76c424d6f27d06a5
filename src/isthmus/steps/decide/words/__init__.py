"""One file for each word that conditions may use; its docstring is its manual page."""
