"""Primitives that layers need and the engine does not: kernels of their own."""
