"""Findings as text: one module for each format, with one `Output` in it."""
