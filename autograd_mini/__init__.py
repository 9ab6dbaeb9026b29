"""autograd_mini: a teaching automatic-differentiation engine.

Read ``registry.py``, ``rows.py`` and ``sweep.py``, in this order, to learn reverse mode.
"""
# ruff: noqa: A004, E402 (NumPy's names; the path comes first)

from importlib import import_module as _import_module
from pathlib import Path as _Path
from typing import TYPE_CHECKING as _TYPE_CHECKING

_here = _Path(__file__).resolve().parent
if not (_here / "nn").is_dir():  # a source checkout: nn/, viz/, tutorials/ sit beside us
    __path__.append(str(_here.parent))

from autograd_mini import errors, linalg
from autograd_mini.anomaly import detect_anomaly
from autograd_mini.creation import (
    arange,
    eye,
    full,
    ones,
    ones_like,
    rand,
    randn,
    tensor,
    zeros,
    zeros_like,
)
from autograd_mini.dtypes import get_default_dtype, set_default_dtype
from autograd_mini.errors import end_tracebacks_at_the_caller as _end_tracebacks
from autograd_mini.fusion import fused
from autograd_mini.hooks import HookHandle
from autograd_mini.modes import enable_grad, is_grad_enabled, no_grad, scope
from autograd_mini.ops.activations import (
    elu,
    hardtanh,
    leaky_relu,
    log_sigmoid,
    relu,
    selu,
    sigmoid,
    silu,
    softplus,
    softsign,
)
from autograd_mini.ops.arithmetic import (
    add,
    arctan2,
    divide,
    fmax,
    fmin,
    fmod,
    hypot,
    logaddexp,
    logaddexp2,
    maximum,
    minimum,
    mod,
    multiply,
    power,
    remainder,
    subtract,
)
from autograd_mini.ops.axes import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    broadcast_arrays,
    matrix_transpose,
    moveaxis,
    ravel,
    rollaxis,
)
from autograd_mini.ops.classification import cross_entropy
from autograd_mini.ops.contraction import einsum
from autograd_mini.ops.elementwise import (
    absolute,
    arccos,
    arccosh,
    arcsin,
    arcsinh,
    arctan,
    arctanh,
    cbrt,
    clip,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    exp2,
    expm1,
    fabs,
    float_power,
    log,
    log1p,
    log2,
    log10,
    nan_to_num,
    negative,
    positive,
    reciprocal,
    sin,
    sinc,
    sinh,
    sqrt,
    square,
    tan,
    tanh,
    where,
)
from autograd_mini.ops.gathering import take, take_along_axis
from autograd_mini.ops.gaussian import gelu
from autograd_mini.ops.joining import (
    array_split,
    column_stack,
    dsplit,
    dstack,
    hsplit,
    hstack,
    split,
    vsplit,
    vstack,
)
from autograd_mini.ops.normalizing import log_softmax, softmax
from autograd_mini.ops.norms import (
    norm,
)
from autograd_mini.ops.products import cross, dot, inner, kron, matmul, outer, tensordot, vdot
from autograd_mini.ops.rearranging import (
    diag,
    diagonal,
    diff,
    flip,
    fliplr,
    flipud,
    pad,
    repeat,
    roll,
    rot90,
    sort,
    tile,
    tril,
    triu,
)
from autograd_mini.ops.reductions import (
    amax,
    amin,
    average,
    logsumexp,
    max,
    mean,
    median,
    min,
    ptp,
    std,
    sum,
    trace,
    var,
)
from autograd_mini.ops.scans import (
    cumprod,
    cumsum,
    prod,
)
from autograd_mini.ops.shaping import (
    broadcast_to,
    concatenate,
    expand_dims,
    reshape,
    squeeze,
    stack,
    swapaxes,
    transpose,
)
from autograd_mini.ops.updating import index_add, index_update
from autograd_mini.randomness import default_generator, manual_seed
from autograd_mini.recording import Tape, record, tape
from autograd_mini.registry import Primitive, composed, primitive, primitives
from autograd_mini.rows import Row
from autograd_mini.tensors import Tensor
from autograd_mini.transforms.checkpointing import checkpoint
from autograd_mini.transforms.directions import hvp, jvp, vjp
from autograd_mini.transforms.gradients import elementwise_grad, grad, value_and_grad
from autograd_mini.transforms.jacobians import hessian, jacobian

_end_tracebacks()


if _TYPE_CHECKING:
    from autograd_mini.checking.checker import gradcheck
    from autograd_mini.checking.curve import gradcheck_curve
    from autograd_mini.debugging.debugger import Debugger, debug
    from autograd_mini.explaining.explanation import explain
else:
    _LATER = {
        "Debugger": "debugging.debugger",
        "debug": "debugging.debugger",
        "explain": "explaining.explanation",
        "gradcheck": "checking.checker",
        "gradcheck_curve": "checking.curve",
    }

    def __getattr__(name: str) -> object:
        """Load the packages, and what is not needed to build networks, when first asked for."""
        if name in ("nn", "viz", "optim"):
            return _import_module(f"autograd_mini.{'nn.optim' if name == 'optim' else name}")
        if name in _LATER:
            found = getattr(_import_module(f"autograd_mini.{_LATER[name]}"), name)
            globals()[name] = found
            return found
        raise AttributeError(f"module 'autograd_mini' has no attribute {name!r}")


__version__ = "0.1.0"

__all__ = [
    "Debugger",
    "HookHandle",
    "Primitive",
    "Row",
    "Tape",
    "Tensor",
    "__version__",
    "absolute",
    "add",
    "amax",
    "amin",
    "arange",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "array_split",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "average",
    "broadcast_arrays",
    "broadcast_to",
    "cbrt",
    "checkpoint",
    "clip",
    "column_stack",
    "composed",
    "concatenate",
    "cos",
    "cosh",
    "cross",
    "cross_entropy",
    "cumprod",
    "cumsum",
    "debug",
    "default_generator",
    "detect_anomaly",
    "diag",
    "diagonal",
    "diff",
    "divide",
    "dot",
    "dsplit",
    "dstack",
    "einsum",
    "elementwise_grad",
    "elu",
    "enable_grad",
    "erf",
    "erfc",
    "errors",
    "exp",
    "exp2",
    "expand_dims",
    "explain",
    "expm1",
    "eye",
    "fabs",
    "flip",
    "fliplr",
    "flipud",
    "float_power",
    "fmax",
    "fmin",
    "fmod",
    "full",
    "fused",
    "gelu",
    "get_default_dtype",
    "grad",
    "gradcheck",
    "gradcheck_curve",
    "hardtanh",
    "hessian",
    "hsplit",
    "hstack",
    "hvp",
    "hypot",
    "index_add",
    "index_update",
    "inner",
    "is_grad_enabled",
    "jacobian",
    "jvp",
    "kron",
    "leaky_relu",
    "linalg",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_sigmoid",
    "log_softmax",
    "logaddexp",
    "logaddexp2",
    "logsumexp",
    "manual_seed",
    "matmul",
    "matrix_transpose",
    "max",
    "maximum",
    "mean",
    "median",
    "min",
    "minimum",
    "mod",
    "moveaxis",
    "multiply",
    "nan_to_num",
    "negative",
    "no_grad",
    "norm",
    "ones",
    "ones_like",
    "outer",
    "pad",
    "positive",
    "power",
    "primitive",
    "primitives",
    "prod",
    "ptp",
    "rand",
    "randn",
    "ravel",
    "reciprocal",
    "record",
    "relu",
    "remainder",
    "repeat",
    "reshape",
    "roll",
    "rollaxis",
    "rot90",
    "scope",
    "selu",
    "set_default_dtype",
    "sigmoid",
    "silu",
    "sin",
    "sinc",
    "sinh",
    "softmax",
    "softplus",
    "softsign",
    "sort",
    "split",
    "sqrt",
    "square",
    "squeeze",
    "stack",
    "std",
    "subtract",
    "sum",
    "swapaxes",
    "take",
    "take_along_axis",
    "tan",
    "tanh",
    "tape",
    "tensor",
    "tensordot",
    "tile",
    "trace",
    "transpose",
    "tril",
    "triu",
    "value_and_grad",
    "var",
    "vdot",
    "vjp",
    "vsplit",
    "vstack",
    "where",
    "zeros",
    "zeros_like",
]
