"""One block of a transformer: attention with 4 heads, then two layers with GELU between them."""

from functools import partial
from typing import Any

import numpy as np

from autograd_mini.rows import Array
from autograd_mini.tutorials.bench.by_hand import Arrays, linear_backward
from autograd_mini.tutorials.bench.contestants import Goal, Workload
from autograd_mini.tutorials.bench.training import Training

BATCH, LENGTH, FEATURES, HEADS, HIDDEN = 8, 64, 128, 4, 512
EPS = 1e-5
SLOPE, CUBE = np.sqrt(2 / np.pi).item(), 0.044715


def network(nn: Any) -> Any:
    return nn.TransformerEncoderLayer(
        FEATURES,
        HEADS,
        HIDDEN,
        dropout=0.0,
        activation=partial(nn.functional.gelu, approximate="tanh"),
        batch_first=True,
        norm_first=True,
    )


def examples(rng: np.random.Generator) -> tuple[Array, Array]:
    x, target = rng.normal(size=(2, BATCH, LENGTH, FEATURES)).astype(np.float32)
    return x, target


def mean_square(functional: Any, out: Any, target: Any) -> Any:
    return functional.mse_loss(out, target)


def layer_norm(x: Array, weight: Array, bias: Array) -> tuple[Array, tuple[Array, Array]]:
    """J. L. Ba et al. 2016, "Layer normalization"."""
    centered = x - x.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt((centered * centered).mean(axis=-1, keepdims=True) + np.float32(EPS))
    normal = centered * scale
    return normal * weight + bias, (normal, scale)


def layer_norm_backward(
    g: Array, saved: tuple[Array, Array], weight: Array
) -> tuple[Array, Array, Array]:
    normal, scale = saved
    slope = g * weight
    mean = slope.mean(axis=-1, keepdims=True)
    along = (slope * normal).mean(axis=-1, keepdims=True)
    by_x = (slope - mean - normal * along) * scale
    return by_x, (g * normal).sum(axis=(0, 1)), g.sum(axis=(0, 1))


def gelu(x: Array) -> tuple[Array, Array]:
    """D. Hendrycks and K. Gimpel 2016, section 2; returns the tanh too."""
    t = np.tanh(SLOPE * (x + CUBE * x * x * x))
    return 0.5 * x * (1 + t), t


def gelu_backward(g: Array, x: Array, t: Array) -> Array:
    inner = SLOPE * (1 + 3 * CUBE * x * x)
    out: Array = g * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner)
    return out


def split_heads(x: Array) -> Array:
    return x.reshape(BATCH, LENGTH, HEADS, -1).transpose(0, 2, 1, 3)


def join_heads(x: Array) -> Array:
    return x.transpose(0, 2, 1, 3).reshape(BATCH, LENGTH, FEATURES)


def block_by_hand(p: Arrays, x: Array, target: Array) -> tuple[Array, Arrays]:
    """Return the loss and its gradients; A. Vaswani et al. 2017, section 3.2."""
    scale = 1 / np.sqrt(FEATURES / HEADS).item()

    normal, kept_1 = layer_norm(x, p["norm1.weight"], p["norm1.bias"])
    projected = normal @ p["self_attn.in_proj_weight"].T + p["self_attn.in_proj_bias"]
    q, k, v = map(split_heads, np.split(projected, 3, axis=-1))
    scores = q @ k.swapaxes(-1, -2) * scale
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    attention = exps / exps.sum(axis=-1, keepdims=True)
    seen = join_heads(attention @ v)
    middle = x + seen @ p["self_attn.out_proj.weight"].T + p["self_attn.out_proj.bias"]

    normal_2, kept_2 = layer_norm(middle, p["norm2.weight"], p["norm2.bias"])
    hidden = normal_2 @ p["linear1.weight"].T + p["linear1.bias"]
    active, t = gelu(hidden)
    out = middle + active @ p["linear2.weight"].T + p["linear2.bias"]
    off = out - target
    loss = np.mean(off * off)

    d: Arrays = {}
    g_out = off * (2 / off.size)
    g, d["linear2.weight"], d["linear2.bias"] = linear_backward(g_out, active, p["linear2.weight"])
    g = gelu_backward(g, hidden, t)
    g, d["linear1.weight"], d["linear1.bias"] = linear_backward(g, normal_2, p["linear1.weight"])
    g, d["norm2.weight"], d["norm2.bias"] = layer_norm_backward(g, kept_2, p["norm2.weight"])
    g_middle = g_out + g

    name = "self_attn.out_proj"
    g, d[f"{name}.weight"], d[f"{name}.bias"] = linear_backward(g_middle, seen, p[f"{name}.weight"])
    g = split_heads(g)
    dv = attention.swapaxes(-1, -2) @ g
    slope = g @ v.swapaxes(-1, -2)
    ds = attention * (slope - (slope * attention).sum(axis=-1, keepdims=True)) * scale
    dq, dk = ds @ k, ds.swapaxes(-1, -2) @ q
    g = np.concatenate([join_heads(each) for each in (dq, dk, dv)], axis=-1)
    name = "self_attn.in_proj"
    g, d[f"{name}_weight"], d[f"{name}_bias"] = linear_backward(g, normal, p[f"{name}_weight"])
    _, d["norm1.weight"], d["norm1.bias"] = layer_norm_backward(g, kept_1, p["norm1.weight"])
    return loss, d


WORKLOADS = (
    Workload(
        "transformer",
        "one Adam step of a block: 128 features, 4 heads, 512 hidden, 64 positions, batch 8",
        Goal(0.65, 1.00),
        Training(network, examples, block_by_hand, mean_square).enter,
    ),
)
