"""Layers, losses, optimizers and data, under PyTorch's names and with its semantics.

Read ``module.py``, then ``linear.py``, ``functional/`` and ``optim/``.
"""

from autograd_mini.errors import StateError
from autograd_mini.nn import datasets, functional, init, optim
from autograd_mini.nn.activations import ReLU, Sigmoid, Tanh
from autograd_mini.nn.checkpoint import load, save
from autograd_mini.nn.containers import Sequential
from autograd_mini.nn.data import (
    DataLoader,
    Dataset,
    Subset,
    TensorDataset,
    default_collate,
    random_split,
)
from autograd_mini.nn.dropout import Dropout
from autograd_mini.nn.linear import Flatten, Identity, Linear
from autograd_mini.nn.losses import CrossEntropyLoss, MSELoss
from autograd_mini.nn.module import Module
from autograd_mini.nn.normalizer import Normalizer
from autograd_mini.nn.parameter import Parameter

__all__ = [
    "CrossEntropyLoss",
    "DataLoader",
    "Dataset",
    "Dropout",
    "Flatten",
    "Identity",
    "Linear",
    "MSELoss",
    "Module",
    "Normalizer",
    "Parameter",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "StateError",
    "Subset",
    "Tanh",
    "TensorDataset",
    "datasets",
    "default_collate",
    "functional",
    "init",
    "load",
    "optim",
    "random_split",
    "save",
]
