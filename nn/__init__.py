"""Layers, losses, optimizers and data, under PyTorch's names and with its semantics.

Read ``module.py``, then ``linear.py``, ``functional/`` and ``optim/``.
"""

from autograd_mini.errors import StateError
from autograd_mini.nn import datasets, functional, init, optim
from autograd_mini.nn.activations import (
    CELU,
    ELU,
    GELU,
    GLU,
    SELU,
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    Mish,
    PReLU,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softmin,
    Softplus,
    Softshrink,
    Softsign,
    Tanh,
    Tanhshrink,
    Threshold,
)
from autograd_mini.nn.attention import MultiheadAttention
from autograd_mini.nn.checkpoint import load, load_training, save, save_training
from autograd_mini.nn.containers import (
    ModuleDict,
    ModuleList,
    ParameterDict,
    ParameterList,
    Sequential,
)
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
from autograd_mini.nn.recurrent import GRU, LSTM, RNN
from autograd_mini.nn.recurrent_cells import GRUCell, LSTMCell, RNNCell

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "GRU",
    "LSTM",
    "RNN",
    "SELU",
    "CrossEntropyLoss",
    "DataLoader",
    "Dataset",
    "Dropout",
    "Flatten",
    "GRUCell",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "Identity",
    "LSTMCell",
    "LeakyReLU",
    "Linear",
    "LogSigmoid",
    "LogSoftmax",
    "MSELoss",
    "Mish",
    "Module",
    "ModuleDict",
    "ModuleList",
    "MultiheadAttention",
    "Normalizer",
    "PReLU",
    "Parameter",
    "ParameterDict",
    "ParameterList",
    "RNNCell",
    "ReLU",
    "ReLU6",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softmin",
    "Softplus",
    "Softshrink",
    "Softsign",
    "StateError",
    "Subset",
    "Tanh",
    "Tanhshrink",
    "TensorDataset",
    "Threshold",
    "datasets",
    "default_collate",
    "functional",
    "init",
    "load",
    "load_training",
    "optim",
    "random_split",
    "save",
    "save_training",
]
