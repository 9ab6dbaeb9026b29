"""Derivatives of functions: gradients, directional derivatives, Jacobians, checkpoints."""
