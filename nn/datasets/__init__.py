"""Data that comes with the package. Each dataset says where it is from and under which licence."""

from autograd_mini.nn.datasets.handwriting import digits

__all__ = ["digits"]
