"""Layers, losses, optimizers and data, under PyTorch's names and with its semantics.

Read ``module.py``, then ``linear.py``, ``functional/`` and ``optim/``.
"""

from typing import TYPE_CHECKING as _TYPE_CHECKING

from autograd_mini.absent import refusal as _refusal
from autograd_mini.errors import StateError
from autograd_mini.nn import datasets, functional, init, optim
from autograd_mini.nn import parameter_functions as utils
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
from autograd_mini.nn.averaging import ExponentialMovingAverage
from autograd_mini.nn.checkpoint import load, load_training, save, save_training
from autograd_mini.nn.clipping import clip_grad_norm_, clip_grad_value_
from autograd_mini.nn.containers import (
    ModuleDict,
    ModuleList,
    ParameterDict,
    ParameterList,
    Sequential,
)
from autograd_mini.nn.convolution import (
    Conv1d,
    Conv2d,
    ConvTranspose1d,
    ConvTranspose2d,
    Fold,
    Unfold,
)
from autograd_mini.nn.data import (
    BatchSampler,
    ConcatDataset,
    DataLoader,
    Dataset,
    RandomSampler,
    Sampler,
    SequentialSampler,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
    random_split,
)
from autograd_mini.nn.dropout import Dropout, Dropout1d, Dropout2d
from autograd_mini.nn.embedding import Embedding
from autograd_mini.nn.linear import Bilinear, Flatten, Identity, Linear, Unflatten
from autograd_mini.nn.losses import (
    BCELoss,
    BCEWithLogitsLoss,
    CosineEmbeddingLoss,
    CosineSimilarity,
    CrossEntropyLoss,
    GaussianNLLLoss,
    HingeEmbeddingLoss,
    HingeLoss,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    MarginRankingLoss,
    MSELoss,
    MultiMarginLoss,
    NLLLoss,
    PairwiseDistance,
    PoissonNLLLoss,
    SmoothL1Loss,
    SoftMarginLoss,
    TripletMarginLoss,
)
from autograd_mini.nn.module import Module
from autograd_mini.nn.normalization import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    GroupNorm,
    InstanceNorm1d,
    InstanceNorm2d,
    LayerNorm,
    RMSNorm,
)
from autograd_mini.nn.normalizer import Normalizer
from autograd_mini.nn.parameter import Parameter
from autograd_mini.nn.pooling import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AvgPool1d,
    AvgPool2d,
    MaxPool1d,
    MaxPool2d,
)
from autograd_mini.nn.positions import (
    LearnedPositionalEncoding,
    RotaryPositionalEncoding,
    SinusoidalPositionalEncoding,
)
from autograd_mini.nn.recurrent import GRU, LSTM, RNN
from autograd_mini.nn.recurrent_cells import GRUCell, LSTMCell, RNNCell
from autograd_mini.nn.residual import Residual
from autograd_mini.nn.summaries import Summary, summary
from autograd_mini.nn.transformer import (
    TransformerEncoder,
    TransformerEncoderLayer,
    generate_square_subsequent_mask,
)
from autograd_mini.nn.vectors import parameters_to_vector, vector_to_parameters

_ELSEWHERE = {
    "AdaptiveMaxPool2d": "of output_size=1 it is x.amax(dim=(-2, -1), keepdim=True)",
    "ConstantPad2d": "use nn.functional.pad(x, (left, right, top, bottom), value=…)",
    "Conv3d": "there are Conv1d and Conv2d",
    "DataParallel": "there is one device, the CPU; call the model itself",
    "LazyLinear": "use nn.Linear with the number of inputs; nn.summary shows the shapes before it",
    "PixelShuffle": "use view, permute and reshape",
    "ReflectionPad2d": "use nn.functional.pad(x, (left, right, top, bottom), mode='reflect')",
    "Softmax2d": "use nn.Softmax(dim=-3)",
    "SyncBatchNorm": "there is one device, the CPU; use nn.BatchNorm2d",
    "Transformer": "there is nn.TransformerEncoder; decoders are made of nn.MultiheadAttention",
    "TransformerDecoder": "make one of nn.MultiheadAttention, nn.LayerNorm and nn.Linear",
    "TransformerDecoderLayer": "make one of nn.MultiheadAttention, nn.LayerNorm and nn.Linear",
    "Upsample": "x.repeat_interleave(2, dim=-1).repeat_interleave(2, dim=-2) makes each pixel "
    "four; nn.ConvTranspose2d learns to",
    "ZeroPad2d": "use nn.functional.pad(x, (left, right, top, bottom))",
}


if not _TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        raise _refusal("nn", name, globals(), _ELSEWHERE)


__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GLU",
    "GRU",
    "LSTM",
    "RNN",
    "SELU",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AvgPool1d",
    "AvgPool2d",
    "BCELoss",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "BatchSampler",
    "Bilinear",
    "ConcatDataset",
    "Conv1d",
    "Conv2d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "CosineEmbeddingLoss",
    "CosineSimilarity",
    "CrossEntropyLoss",
    "DataLoader",
    "Dataset",
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "Embedding",
    "ExponentialMovingAverage",
    "Flatten",
    "Fold",
    "GRUCell",
    "GaussianNLLLoss",
    "GroupNorm",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "HingeEmbeddingLoss",
    "HingeLoss",
    "HuberLoss",
    "Identity",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "KLDivLoss",
    "L1Loss",
    "LSTMCell",
    "LayerNorm",
    "LeakyReLU",
    "LearnedPositionalEncoding",
    "Linear",
    "LogSigmoid",
    "LogSoftmax",
    "MSELoss",
    "MarginRankingLoss",
    "MaxPool1d",
    "MaxPool2d",
    "Mish",
    "Module",
    "ModuleDict",
    "ModuleList",
    "MultiMarginLoss",
    "MultiheadAttention",
    "NLLLoss",
    "Normalizer",
    "PReLU",
    "PairwiseDistance",
    "Parameter",
    "ParameterDict",
    "ParameterList",
    "PoissonNLLLoss",
    "RMSNorm",
    "RNNCell",
    "RandomSampler",
    "ReLU",
    "ReLU6",
    "Residual",
    "RotaryPositionalEncoding",
    "Sampler",
    "Sequential",
    "SequentialSampler",
    "SiLU",
    "Sigmoid",
    "SinusoidalPositionalEncoding",
    "SmoothL1Loss",
    "SoftMarginLoss",
    "Softmax",
    "Softmin",
    "Softplus",
    "Softshrink",
    "Softsign",
    "StateError",
    "Subset",
    "SubsetRandomSampler",
    "Summary",
    "Tanh",
    "Tanhshrink",
    "TensorDataset",
    "Threshold",
    "TransformerEncoder",
    "TransformerEncoderLayer",
    "TripletMarginLoss",
    "Unflatten",
    "Unfold",
    "WeightedRandomSampler",
    "clip_grad_norm_",
    "clip_grad_value_",
    "datasets",
    "default_collate",
    "functional",
    "generate_square_subsequent_mask",
    "init",
    "load",
    "load_training",
    "optim",
    "parameters_to_vector",
    "random_split",
    "save",
    "save_training",
    "summary",
    "utils",
    "vector_to_parameters",
]
