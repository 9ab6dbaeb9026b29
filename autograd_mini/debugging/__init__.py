"""The tape debugger: replay a backward pass step by step, and ask who added what."""
