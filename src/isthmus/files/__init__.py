"""Attached files as passages of text, read in processes of their own.

INVARIANT: nothing is imported here, for the process that reads starts with this file.
"""
