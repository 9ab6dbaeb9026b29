"""Optimizers: how a parameter w moves, given its gradient g. Simplest first."""

from autograd_mini.nn.optim.adam import Adam
from autograd_mini.nn.optim.optimizer import Optimizer
from autograd_mini.nn.optim.sgd import SGD

__all__ = ["SGD", "Adam", "Optimizer"]
