"""Activation functions as modules, for use in Sequential.

``inplace=True`` is accepted and changes nothing, see ``functional/activations.py``: no value that
the tape has saved is overwritten, and the result is the same.
"""
# ruff: noqa: A002 (PyTorch's argument names)

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini.dtypes import get_default_dtype
from autograd_mini.nn.applied import Applied
from autograd_mini.nn.arguments import is_number, require
from autograd_mini.nn.module import Module
from autograd_mini.nn.parameter import Parameter


class _Plain(Applied):
    """Base of activations without options."""

    def __init__(self) -> None:
        super().__init__()


class _InPlace(Applied):
    """Base of activations whose only option is ``inplace``."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(inplace=inplace)


class _OverAxis(Applied):
    """Base of softmax and its kin, whose only option is ``dim``."""

    def __init__(self, dim: int | None = None) -> None:
        super().__init__(dim=dim)


class ReLU(_InPlace, function=F.relu):
    """max(x, 0), elementwise. The derivative at 0 is 0.

    Source: V. Nair, G. Hinton 2010, "Rectified linear units improve restricted Boltzmann machines".

    >>> import autograd_mini as ag
    >>> ReLU()(ag.tensor([-1.0, 2.0]))
    tensor([0., 2.])
    """


class ReLU6(_InPlace, function=F.relu6):
    """min(max(x, 0), 6), elementwise. The derivative at 0 and at 6 is 0.

    Source: A. Krizhevsky 2010, "Convolutional deep belief networks on CIFAR-10".

    >>> import autograd_mini as ag
    >>> ReLU6()(ag.tensor([-1.0, 2.0, 7.0]))
    tensor([0., 2., 6.])
    """


class LeakyReLU(Applied, function=F.leaky_relu):
    """x where x > 0, else negative_slope·x. The derivative at 0 is ``negative_slope``.

    Source: A. Maas, A. Hannun, A. Ng 2013, "Rectifier nonlinearities improve neural network
    acoustic models", section 2.

    >>> import autograd_mini as ag
    >>> LeakyReLU(0.1)(ag.tensor([-1.0, 2.0]))
    tensor([-0.1,  2. ])
    """

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__(negative_slope=negative_slope, inplace=inplace)


class PReLU(Module):
    """x where x > 0, else w·x, with a learnt slope w. The derivative in x at 0 is w.

    ``num_parameters``: 1, one w for all, or the number of channels C of an input (N, C, …).
    w starts at ``init``. Weight decay would pull it towards ReLU.

    Raises ArgumentError for a number of parameters below 1, ShapeError for an input with another
    number of channels.

    Source: K. He et al. 2015, "Delving deep into rectifiers", eq. 1; 0.25 is theirs.

    >>> import autograd_mini as ag
    >>> PReLU()(ag.tensor([-1.0, 2.0]))
    tensor([-0.25,  2.  ], grad_fn=<where>)
    """

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, *, dtype: DTypeLike | None = None
    ) -> None:
        super().__init__()
        whole = isinstance(num_parameters, int | np.integer) and num_parameters > 0
        require("PReLU: num_parameters", num_parameters, whole, "a positive integer")
        require("PReLU: init", init, is_number(init), "a finite number")
        self.num_parameters = num_parameters
        self.weight = Parameter(np.full(num_parameters, init, dtype or get_default_dtype()))

    def forward(self, input: Any) -> Any:
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class ELU(Applied, function=F.elu):
    """x where x > 0, else alpha·(eˣ − 1). The derivative at 0 is ``alpha``.

    Source: D.-A. Clevert, T. Unterthiner, S. Hochreiter 2015, "Fast and accurate deep network
    learning by exponential linear units", section 3.

    >>> import autograd_mini as ag
    >>> round(ELU()(ag.tensor(-1.0)).item(), 4)
    -0.6321
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__(alpha=alpha, inplace=inplace)


class SELU(_InPlace, function=F.selu):
    """s·x where x > 0, else s·α·(eˣ − 1), with s = 1.0507 and α = 1.6733.

    In a layer of many inputs with weights of variance 1/fan_in, mean 0 and variance 1 are a fixed
    point. The derivative at 0 is s·α = 1.7581.

    Source: G. Klambauer et al. 2017, "Self-normalizing neural networks", eqs. 2 and 14.

    >>> import autograd_mini as ag
    >>> round(SELU()(ag.tensor(-1.0)).item(), 4)
    -1.1113
    """


class CELU(Applied, function=F.celu):
    """x where x > 0, else alpha·(e^(x/alpha) − 1): an ELU whose derivative at 0 is always 1.

    Raises ArgumentError unless alpha > 0.

    Source: J. Barron 2017, "Continuously differentiable exponential linear units".

    >>> import autograd_mini as ag
    >>> round(CELU(alpha=2.0)(ag.tensor(-1.0)).item(), 4)
    -0.7869
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        require("CELU: alpha", alpha, is_number(alpha) and alpha > 0, "a positive number")
        super().__init__(alpha=alpha, inplace=inplace)


class GELU(Applied, function=F.gelu):
    """x·Φ(x), where Φ(x) is the share of a standard normal distribution below x.

    ``approximate="tanh"``: x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2, as GPT-2 has it; at most 5e-4
    away.

    Raises ArgumentError for another ``approximate``.

    Source: D. Hendrycks, K. Gimpel 2016, "Gaussian error linear units", section 2.

    >>> import autograd_mini as ag
    >>> round(GELU()(ag.tensor(-1.0)).item(), 4)
    -0.1587
    """

    def __init__(self, approximate: str = "none") -> None:
        known = approximate in ("none", "tanh")
        require("GELU: approximate", approximate, known, "'none' or 'tanh'")
        super().__init__(approximate=approximate)


class SiLU(_InPlace, function=F.silu):
    """x·σ(x), σ the sigmoid; also called swish.

    Source: D. Hendrycks, K. Gimpel 2016, "Gaussian error linear units", section 2, which named it;
    P. Ramachandran, B. Zoph, Q. Le 2017, "Searching for activation functions", found it again.

    >>> import autograd_mini as ag
    >>> round(SiLU()(ag.tensor(-1.0)).item(), 4)
    -0.2689
    """


class Mish(_InPlace, function=F.mish):
    """x·tanh(ln(1 + eˣ)).

    Source: D. Misra 2019, "Mish: a self regularized non-monotonic activation function".

    >>> import autograd_mini as ag
    >>> round(Mish()(ag.tensor(-1.0)).item(), 4)
    -0.3034
    """


class Softplus(Applied, function=F.softplus):
    """ln(1 + e^(beta·x))/beta, a smooth max(x, 0); x itself where beta·x > threshold.

    Source: C. Dugas et al. 2001, "Incorporating second-order functional knowledge for better option
    pricing".

    >>> import autograd_mini as ag
    >>> round(Softplus()(ag.tensor(0.0)).item(), 4)
    0.6931
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        require("Softplus: beta", beta, is_number(beta) and beta != 0, "a number other than 0")
        super().__init__(beta=beta, threshold=threshold)


class Softsign(_Plain, function=F.softsign):
    """x/(1 + |x|): like tanh, but it saturates like 1/x instead of exponentially.

    Source: X. Glorot, Y. Bengio 2010, "Understanding the difficulty of training deep feedforward
    neural networks", section 3, who compare the two.

    >>> import autograd_mini as ag
    >>> Softsign()(ag.tensor([-1.0, 3.0]))
    tensor([-0.5 ,  0.75])
    """


class Softshrink(Applied, function=F.softshrink):
    """x moved by ``lambd`` towards 0, and 0 where |x| ≤ lambd. The derivative at ±lambd is 0.

    It solves min over z of (z − x)²/2 + lambd·|z|, the proximal step of an L1 penalty.

    Raises ArgumentError unless lambd ≥ 0.

    Source: D. Donoho 1995, "De-noising by soft-thresholding".

    >>> import autograd_mini as ag
    >>> Softshrink()(ag.tensor([-2.0, 0.3, 2.0]))
    tensor([-1.5,  0. ,  1.5])
    """

    def __init__(self, lambd: float = 0.5) -> None:
        positive = is_number(lambd) and lambd >= 0
        require("Softshrink: lambd", lambd, positive, "a number, at least 0")
        super().__init__(lambd=lambd)


class Hardshrink(Applied, function=F.hardshrink):
    """x where |x| > lambd, else 0. The derivative at ±lambd, where it jumps, is 0.

    >>> import autograd_mini as ag
    >>> Hardshrink()(ag.tensor([-2.0, 0.3, 2.0]))
    tensor([-2.,  0.,  2.])
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__(lambd=lambd)


class Threshold(Applied, function=F.threshold):
    """x where x > threshold, else ``value``. The derivative at the threshold is 0.

    >>> import autograd_mini as ag
    >>> Threshold(1.0, -1.0)(ag.tensor([0.5, 2.0]))
    tensor([-1.,  2.])
    """

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__(threshold=threshold, value=value, inplace=inplace)


class Tanh(_Plain, function=F.tanh):
    """(eˣ − e⁻ˣ)/(eˣ + e⁻ˣ), elementwise; its slope is at most 1, at 0.

    >>> import autograd_mini as ag
    >>> Tanh()(ag.tensor([0.0]))
    tensor([0.])
    """


class Tanhshrink(_Plain, function=F.tanhshrink):
    """x − tanh x, elementwise: near 0 about x³/3.

    >>> import autograd_mini as ag
    >>> round(Tanhshrink()(ag.tensor(2.0)).item(), 4)
    1.036
    """


class Hardtanh(Applied, function=F.hardtanh):
    """min(max(x, min_val), max_val). The derivative at both is 0.

    Raises ArgumentError unless min_val < max_val.

    Source: R. Collobert 2004, "Large scale machine learning", doctoral thesis.

    >>> import autograd_mini as ag
    >>> Hardtanh()(ag.tensor([-2.0, 0.5, 2.0]))
    tensor([-1. ,  0.5,  1. ])
    """

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        require("Hardtanh: max_val", max_val, max_val > min_val, f"above min_val = {min_val}")
        super().__init__(min_val=min_val, max_val=max_val, inplace=inplace)


class Sigmoid(_Plain, function=F.sigmoid):
    """1/(1 + e⁻ˣ), elementwise; its slope is at most 1/4, at 0.

    >>> import autograd_mini as ag
    >>> Sigmoid()(ag.tensor([0.0]))
    tensor([0.5])
    """


class LogSigmoid(_Plain, function=F.logsigmoid):
    """ln σ(x) = −ln(1 + e⁻ˣ), without overflow.

    >>> import autograd_mini as ag
    >>> LogSigmoid()(ag.tensor([-1000.0]))
    tensor([-1000.])
    """


class Hardsigmoid(_InPlace, function=F.hardsigmoid):
    """min(max(x + 3, 0), 6)/6: a sigmoid of three straight pieces. The slope at −3 and 3 is 0.

    Source: A. Howard et al. 2019, "Searching for MobileNetV3", section 5.2.

    >>> import autograd_mini as ag
    >>> Hardsigmoid()(ag.tensor([-3.0, 0.0, 3.0]))
    tensor([0. , 0.5, 1. ])
    """


class Hardswish(_InPlace, function=F.hardswish):
    """x·min(max(x + 3, 0), 6)/6. The derivative at −3 is 0, at 3 it is 1.

    Source: A. Howard et al. 2019, "Searching for MobileNetV3", section 5.2.

    >>> import autograd_mini as ag
    >>> Hardswish()(ag.tensor([1.5, 4.0]))
    tensor([1.125, 4.   ])
    """


class GLU(Applied, function=F.glu):
    """a·σ(b), where a and b are the halves of the axis ``dim``.

    Raises ShapeError if there is no such axis, or its length is odd.

    Source: Y. Dauphin et al. 2017, "Language modeling with gated convolutional networks", eq. 1.

    >>> import autograd_mini as ag
    >>> GLU()(ag.tensor([1.0, 2.0, 0.0, 0.0]))
    tensor([0.5, 1. ])
    """

    def __init__(self, dim: int = -1) -> None:
        super().__init__(dim=dim)


class Softmax(_OverAxis, function=F.softmax):
    """eˣ/Σeˣ, whose sum over the axis ``dim`` is 1. Without ``dim`` it warns and takes a guess.

    Not before CrossEntropyLoss, which does it itself and keeps more digits.

    >>> import autograd_mini as ag
    >>> Softmax(dim=-1)(ag.tensor([0.0, 0.0]))
    tensor([0.5, 0.5])
    """


class Softmin(_OverAxis, function=F.softmin):
    """softmax(−x): the smallest element gets the largest share. Options as of Softmax.

    >>> import autograd_mini as ag
    >>> Softmin(dim=-1)(ag.tensor([0.0, 1000.0]))
    tensor([1., 0.])
    """


class LogSoftmax(_OverAxis, function=F.log_softmax):
    """x − ln Σeˣ over the axis ``dim``: the logarithm of Softmax without overflow.

    >>> import autograd_mini as ag
    >>> LogSoftmax(dim=-1)(ag.tensor([0.0, 1000.0]))
    tensor([-1000.,     0.])
    """
