"""The rules: every primitive, grouped by family. Each file is a table of declarations."""
