"""Gradient checking: the built-in judge. Read ``checker.py`` first, then ``rules.py``."""
