"""Optimizers: how a parameter w moves, given its gradient g. Simplest first: sgd.py, adam.py."""

from autograd_mini.nn.optim import lr_scheduler
from autograd_mini.nn.optim.adadelta import Adadelta
from autograd_mini.nn.optim.adagrad import Adagrad
from autograd_mini.nn.optim.adam import Adam, AdamW
from autograd_mini.nn.optim.lbfgs import LBFGS
from autograd_mini.nn.optim.lion import Lion
from autograd_mini.nn.optim.nadam import NAdam
from autograd_mini.nn.optim.optimizer import Optimizer
from autograd_mini.nn.optim.radam import RAdam
from autograd_mini.nn.optim.rmsprop import RMSprop
from autograd_mini.nn.optim.sgd import SGD

__all__ = [
    "LBFGS",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Lion",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "lr_scheduler",
]
