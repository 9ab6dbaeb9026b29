"""Explanations of any function: its formula, its slopes, the source of its rule."""
