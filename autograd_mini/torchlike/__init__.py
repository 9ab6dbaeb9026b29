"""PyTorch's words: ``import autograd_mini.torchlike as torch`` runs a familiar script.

Change the import lines, and nothing else::

    import torch                          import autograd_mini.torchlike as torch
    import torch.nn as nn                 import autograd_mini.torchlike.nn as nn
    import torch.nn.functional as F       import autograd_mini.torchlike.nn.functional as F
    from torch import nn, optim           from autograd_mini.torchlike import nn, optim
    from torch.utils.data import ...      from autograd_mini.torchlike.utils.data import ...

The functions of this module mean what PyTorch's mean. So do methods of a tensor, except where NumPy
has the same word for something else: the engine speaks NumPy, and then NumPy's meaning stands.

==============================  =============================  ================================
written                         here                           in PyTorch; how to get it here
==============================  =============================  ================================
x.std(), x.var(), x.std(0)      divided by n                   by n − 1: torch.std(x), or with
                                                               any of dim=, keepdim=, unbiased=,
                                                               correction=
x.max(1), x.min(1)              the values                     values and indices: x.max(dim=1),
                                                               torch.max(x, 1)
x.median()                      mean of the middle two         the lower one: torch.median(x)
x.norm(2), x a matrix           largest singular value         √Σx²: x.norm(), x.norm(p=2)
x.repeat(2)                     each element twice             the whole twice: x.tile(2);
                                                               x.repeat(2, 3) raises, since it
                                                               could mean either
x.squeeze(1), longer axis       raises                         stays: x.squeeze(dim=1)
x.size                          a number; x.size() too works   x.numel()
p.data                          a NumPy array, which has       a tensor
                                zero_(), normal_(), …, too
int tensor with float numbers   float64, as in NumPy           float32: write t.float() first
Tensor([1, 2])                  int64                          float32: torch.tensor([1., 2.])
x += y, x tracked or not        a new tensor called x          written in place: x.add_(y)
x[0].zero_(), row of a tensor   raises                         write x[0] = 0
state_dict()                    a copy; add_() and the like    shares memory
                                raise until clone()
torch.from_numpy(a)             a copy                         shares memory
torch.save, torch.load          .npz, never unpickled          pickle
random numbers                  NumPy's, for a given seed      others
==============================  =============================  ================================

There is one device, "cpu"; ``torch.cuda.is_available()`` is False. What is missing is refused with
the nearest names.

>>> import autograd_mini.torchlike as torch
>>> device = "cuda" if torch.cuda.is_available() else "cpu"
>>> x = torch.arange(6, device=device).view(2, 3).float()
>>> torch.cat([x, x.mean(dim=1, keepdim=True)], dim=1).size()
(2, 4)
>>> values, indices = torch.max(x, 1)
>>> indices
tensor([2, 2])
"""
# ruff: noqa: A004 (PyTorch's names)

import sys as _sys
from math import e, inf, nan, pi
from types import SimpleNamespace as _Namespace
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

import numpy as _np

from autograd_mini import __version__, linalg, nn
from autograd_mini.absent import refusal as _refusal
from autograd_mini.devices import check_device as set_default_device
from autograd_mini.devices import device
from autograd_mini.dtypes import get_default_dtype, set_default_dtype
from autograd_mini.modes import is_grad_enabled
from autograd_mini.nn import data as _data
from autograd_mini.nn import optim
from autograd_mini.randomness import manual_seed
from autograd_mini.tensors import Tensor
from autograd_mini.torchlike import differentiation as autograd
from autograd_mini.torchlike import distributions
from autograd_mini.torchlike.backends import backends, cuda, mps
from autograd_mini.torchlike.creation import (
    arange,
    as_tensor,
    bernoulli,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    linspace,
    logspace,
    multinomial,
    normal,
    ones,
    ones_like,
    rand,
    rand_like,
    randint,
    randn,
    randn_like,
    randperm,
    tensor,
    zeros,
    zeros_like,
)
from autograd_mini.torchlike.functions import (
    abs,
    absolute,
    acos,
    acosh,
    add,
    addcdiv,
    addcmul,
    all,
    allclose,
    amax,
    amin,
    any,
    arccos,
    arcsin,
    arctan,
    arctan2,
    argmax,
    argmin,
    argsort,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    bincount,
    bmm,
    cat,
    ceil,
    chunk,
    clamp,
    clip,
    clone,
    concat,
    concatenate,
    cos,
    cosh,
    count_nonzero,
    cross,
    cumprod,
    cumsum,
    det,
    detach,
    diag,
    diagonal,
    div,
    divide,
    dot,
    einsum,
    eq,
    equal,
    erf,
    erfc,
    exp,
    exp2,
    expm1,
    flatten,
    flip,
    floor,
    floor_divide,
    fmod,
    gather,
    ge,
    ger,
    gt,
    hstack,
    hypot,
    index_select,
    inner,
    inverse,
    is_floating_point,
    is_tensor,
    isclose,
    isfinite,
    isinf,
    isnan,
    kron,
    le,
    lerp,
    log,
    log1p,
    log2,
    log10,
    log_softmax,
    logaddexp,
    logical_and,
    logical_not,
    logical_or,
    logical_xor,
    logsumexp,
    lt,
    masked_fill,
    masked_select,
    matmul,
    max,
    maximum,
    mean,
    median,
    meshgrid,
    min,
    minimum,
    mm,
    movedim,
    mul,
    multiply,
    mv,
    narrow,
    ne,
    neg,
    negative,
    nonzero,
    norm,
    numel,
    outer,
    permute,
    pow,
    prod,
    ravel,
    reciprocal,
    relu,
    remainder,
    repeat_interleave,
    reshape,
    roll,
    round,
    rsqrt,
    scatter,
    scatter_add,
    select,
    sigmoid,
    sign,
    sin,
    sinc,
    sinh,
    softmax,
    sort,
    split,
    sqrt,
    square,
    squeeze,
    stack,
    std,
    std_mean,
    sub,
    subtract,
    sum,
    swapaxes,
    t,
    take,
    tan,
    tanh,
    tensordot,
    tile,
    topk,
    trace,
    transpose,
    tril,
    tril_indices,
    triu,
    triu_indices,
    true_divide,
    trunc,
    unbind,
    unflatten,
    unique,
    unsqueeze,
    var,
    var_mean,
    vstack,
    where,
)
from autograd_mini.torchlike.generators import Generator
from autograd_mini.torchlike.storage import load, save
from autograd_mini.torchlike.tracking import (
    enable_grad,
    inference_mode,
    no_grad,
    set_grad_enabled,
)

float16 = half = _np.dtype("float16")
float32 = float = _np.dtype("float32")  # noqa: A001 (PyTorch's names of dtypes)
float64 = double = _np.dtype("float64")
int8, uint8 = _np.dtype("int8"), _np.dtype("uint8")
int16 = short = _np.dtype("int16")
int32 = int = _np.dtype("int32")  # noqa: A001
int64 = long = _np.dtype("int64")
bool = _np.dtype("bool")  # noqa: A001
dtype = _np.dtype
Size: type[tuple[_Any, ...]] = tuple
finfo, iinfo = _np.finfo, _np.iinfo
newaxis = None

utils = _Namespace(data=_data)
"""``torch.utils``, with ``data``: Dataset, DataLoader, TensorDataset, …"""


def compile(model: _Any, **options: _Any) -> _Any:  # noqa: A001 (PyTorch's name)
    """Return ``model`` as it is: what it computes is the same, and nothing here compiles it."""
    return model


def use_deterministic_algorithms(mode: _Any, **options: _Any) -> None:
    """Do nothing: every computation here is deterministic, whatever ``mode`` says."""


def set_printoptions(
    precision: _Any = None,
    threshold: _Any = None,
    edgeitems: _Any = None,
    linewidth: _Any = None,
    sci_mode: _Any = None,
) -> None:
    """Set how tensors and arrays are printed: NumPy's options under PyTorch's names."""
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
        "suppress": None if sci_mode is None else not sci_mode,
    }
    _np.set_printoptions(**{name: value for name, value in given.items() if value is not None})


def _alias(package: str, path: str) -> None:
    """Let import statements find a package, and what is in it, under PyTorch's path too."""
    for name, module in list(_sys.modules.items()):
        if f"{name}.".startswith(f"{package}."):
            _sys.modules[f"{__name__}.{path}{name.removeprefix(package)}"] = module


_alias("autograd_mini.nn", "nn")
_alias("autograd_mini.nn.optim", "optim")
_alias("autograd_mini.nn.data", "utils.data")
_alias("autograd_mini.nn.parameter_functions", "nn.utils")
_alias("autograd_mini.nn.sequences", "nn.utils.rnn")
_alias("autograd_mini.torchlike.differentiation", "autograd")

_ELSEWHERE = {
    "FloatTensor": "write torch.tensor(values, dtype=torch.float32)",
    "DoubleTensor": "write torch.tensor(values, dtype=torch.float64)",
    "LongTensor": "write torch.tensor(values, dtype=torch.int64)",
    "complex64": "tensors hold real numbers; detach() and use NumPy",
    "amp": "everything runs in the dtype of the tensors",
    "autocast": "everything runs in the dtype of the tensors",
    "jit": "nothing is compiled; call the model itself",
    "onnx": "models are saved by torch.save(model.state_dict(), path) only",
    "func": "use ag.grad, ag.vjp, ag.jvp, ag.jacobian, ag.hessian",
    "vmap": "write the function for a batch, with broadcasting",
    "set_num_threads": "set OMP_NUM_THREADS before Python starts; NumPy reads it",
    "multiprocessing": "use concurrent.futures",
    "quantile": "use np.quantile of x.detach().numpy()",
    "histogram": "use np.histogram of x.detach().numpy()",
    "fft": "use np.fft of x.detach().numpy(), without a gradient",
}


if not _TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        raise _refusal("torchlike", name, globals(), _ELSEWHERE, "autograd_mini itself may have it")


__all__ = [
    "Generator",
    "Size",
    "Tensor",
    "__version__",
    "abs",
    "absolute",
    "acos",
    "acosh",
    "add",
    "addcdiv",
    "addcmul",
    "all",
    "allclose",
    "amax",
    "amin",
    "any",
    "arange",
    "arccos",
    "arcsin",
    "arctan",
    "arctan2",
    "argmax",
    "argmin",
    "argsort",
    "as_tensor",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "autograd",
    "backends",
    "bernoulli",
    "bincount",
    "bmm",
    "bool",
    "cat",
    "ceil",
    "chunk",
    "clamp",
    "clip",
    "clone",
    "compile",
    "concat",
    "concatenate",
    "cos",
    "cosh",
    "count_nonzero",
    "cross",
    "cuda",
    "cumprod",
    "cumsum",
    "det",
    "detach",
    "device",
    "diag",
    "diagonal",
    "distributions",
    "div",
    "divide",
    "dot",
    "double",
    "dtype",
    "e",
    "einsum",
    "empty",
    "empty_like",
    "enable_grad",
    "eq",
    "equal",
    "erf",
    "erfc",
    "exp",
    "exp2",
    "expm1",
    "eye",
    "finfo",
    "flatten",
    "flip",
    "float",
    "float16",
    "float32",
    "float64",
    "floor",
    "floor_divide",
    "fmod",
    "from_numpy",
    "full",
    "full_like",
    "gather",
    "ge",
    "ger",
    "get_default_dtype",
    "gt",
    "half",
    "hstack",
    "hypot",
    "iinfo",
    "index_select",
    "inf",
    "inference_mode",
    "inner",
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "inverse",
    "is_floating_point",
    "is_grad_enabled",
    "is_tensor",
    "isclose",
    "isfinite",
    "isinf",
    "isnan",
    "kron",
    "le",
    "lerp",
    "linalg",
    "linspace",
    "load",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_softmax",
    "logaddexp",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "logspace",
    "logsumexp",
    "long",
    "lt",
    "manual_seed",
    "masked_fill",
    "masked_select",
    "matmul",
    "max",
    "maximum",
    "mean",
    "median",
    "meshgrid",
    "min",
    "minimum",
    "mm",
    "movedim",
    "mps",
    "mul",
    "multinomial",
    "multiply",
    "mv",
    "nan",
    "narrow",
    "ne",
    "neg",
    "negative",
    "newaxis",
    "nn",
    "no_grad",
    "nonzero",
    "norm",
    "normal",
    "numel",
    "ones",
    "ones_like",
    "optim",
    "outer",
    "permute",
    "pi",
    "pow",
    "prod",
    "rand",
    "rand_like",
    "randint",
    "randn",
    "randn_like",
    "randperm",
    "ravel",
    "reciprocal",
    "relu",
    "remainder",
    "repeat_interleave",
    "reshape",
    "roll",
    "round",
    "rsqrt",
    "save",
    "scatter",
    "scatter_add",
    "select",
    "set_default_device",
    "set_default_dtype",
    "set_grad_enabled",
    "set_printoptions",
    "short",
    "sigmoid",
    "sign",
    "sin",
    "sinc",
    "sinh",
    "softmax",
    "sort",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "std_mean",
    "sub",
    "subtract",
    "sum",
    "swapaxes",
    "t",
    "take",
    "tan",
    "tanh",
    "tensor",
    "tensordot",
    "tile",
    "topk",
    "trace",
    "transpose",
    "tril",
    "tril_indices",
    "triu",
    "triu_indices",
    "true_divide",
    "trunc",
    "uint8",
    "unbind",
    "unflatten",
    "unique",
    "unsqueeze",
    "use_deterministic_algorithms",
    "utils",
    "var",
    "var_mean",
    "vstack",
    "where",
    "zeros",
    "zeros_like",
]
