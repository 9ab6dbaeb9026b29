"""What the modules compute, as functions; by custom ``import autograd_mini.nn.functional as F``.

All are made of the engine's primitives, so their derivatives are the engine's too.
"""

from typing import TYPE_CHECKING as _TYPE_CHECKING

from autograd_mini.absent import refusal as _refusal
from autograd_mini.nn.functional.activations import (
    celu,
    elu,
    gelu,
    glu,
    hardshrink,
    hardsigmoid,
    hardswish,
    hardtanh,
    leaky_relu,
    log_softmax,
    logsigmoid,
    mish,
    prelu,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    softmax,
    softmin,
    softplus,
    softshrink,
    softsign,
    tanh,
    tanhshrink,
    threshold,
)
from autograd_mini.nn.functional.attention import scaled_dot_product_attention
from autograd_mini.nn.functional.classes import one_hot
from autograd_mini.nn.functional.classification_losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge_loss,
    kl_div,
    multi_margin_loss,
    nll_loss,
    soft_margin_loss,
)
from autograd_mini.nn.functional.columns import fold, unfold
from autograd_mini.nn.functional.convolutions import (
    conv1d,
    conv2d,
    conv_transpose1d,
    conv_transpose2d,
)
from autograd_mini.nn.functional.embeddings import embedding
from autograd_mini.nn.functional.losses import (
    gaussian_nll_loss,
    huber_loss,
    l1_loss,
    mse_loss,
    poisson_nll_loss,
    smooth_l1_loss,
)
from autograd_mini.nn.functional.noise import dropout, dropout1d, dropout2d
from autograd_mini.nn.functional.normalizations import (
    batch_norm,
    group_norm,
    instance_norm,
    layer_norm,
    rms_norm,
)
from autograd_mini.nn.functional.padding import pad
from autograd_mini.nn.functional.pools import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    avg_pool1d,
    avg_pool2d,
    max_pool1d,
    max_pool2d,
)
from autograd_mini.nn.functional.products import bilinear, linear
from autograd_mini.nn.functional.similarities import (
    cosine_embedding_loss,
    cosine_similarity,
    hinge_embedding_loss,
    margin_ranking_loss,
    normalize,
    pairwise_distance,
    triplet_margin_loss,
)

_ELSEWHERE = {
    "interpolate": "x.repeat_interleave(2, dim=-1).repeat_interleave(2, dim=-2) makes each pixel "
    "four",
    "gumbel_softmax": "use softmax((logits - log(-log(u))) / tau) with u uniform in (0, 1)",
}


if not _TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        raise _refusal("nn.functional", name, globals(), _ELSEWHERE)


__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "batch_norm",
    "bilinear",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "celu",
    "conv1d",
    "conv2d",
    "conv_transpose1d",
    "conv_transpose2d",
    "cosine_embedding_loss",
    "cosine_similarity",
    "cross_entropy",
    "dropout",
    "dropout1d",
    "dropout2d",
    "elu",
    "embedding",
    "fold",
    "gaussian_nll_loss",
    "gelu",
    "glu",
    "group_norm",
    "hardshrink",
    "hardsigmoid",
    "hardswish",
    "hardtanh",
    "hinge_embedding_loss",
    "hinge_loss",
    "huber_loss",
    "instance_norm",
    "kl_div",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "linear",
    "log_softmax",
    "logsigmoid",
    "margin_ranking_loss",
    "max_pool1d",
    "max_pool2d",
    "mish",
    "mse_loss",
    "multi_margin_loss",
    "nll_loss",
    "normalize",
    "one_hot",
    "pad",
    "pairwise_distance",
    "poisson_nll_loss",
    "prelu",
    "relu",
    "relu6",
    "rms_norm",
    "scaled_dot_product_attention",
    "selu",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "soft_margin_loss",
    "softmax",
    "softmin",
    "softplus",
    "softshrink",
    "softsign",
    "tanh",
    "tanhshrink",
    "threshold",
    "triplet_margin_loss",
    "unfold",
]
