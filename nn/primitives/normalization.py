"""Layer, batch and group normalization: bring to mean 0 and variance 1, then scale and shift.

Each is a fused primitive: its ``definition`` is the formula; forward and backward are the same in
few passes over the memory. Results are written over arrays that are not needed any more, and of
the forward pass only the statistics are saved.

With x̂ = (x − μ)/σ, σ = √(var + ε), and ĝ = w·ḡ, the cotangent of x̂, it is always
x̄ = (ĝ − mean(ĝ) − x̂·mean(ĝ·x̂))/σ, the means being over what μ and σ were taken over
(S. Ioffe & C. Szegedy 2015, "Batch normalization", section 3, simplified).
"""

from math import prod
from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini.fusion import fused
from autograd_mini.nn.primitives.cells import Cells
from autograd_mini.rows import Array

Cotangents = tuple[Array | None, ...]
Statistics = tuple[Array, Array]


def _standardized(x: Any, axes: tuple[int, ...], eps: float) -> Any:
    centred = x - ag.mean(x, axis=axes, keepdims=True)
    variance = ag.mean(ag.square(centred), axis=axes, keepdims=True)
    return centred / ag.sqrt(variance + eps)


def _affine(x: Any, weight: Any, bias: Any) -> Any:
    scaled = x if weight is None else x * weight
    return scaled if bias is None else scaled + bias


# ── over the last axes ────────────────────────────────────────────────────────────────────────────


def _layer_norm_definition(x: Any, weight: Any, bias: Any, *, n_axes: int, eps: float) -> Any:
    return _affine(_standardized(x, tuple(range(-n_axes, 0)), eps), weight, bias)


def _layer_norm_forward(
    x: Array, weight: Array | None, bias: Array | None, *, n_axes: int, eps: float
) -> tuple[Array, Statistics]:
    n = prod(x.shape[-n_axes:])
    rows = np.ascontiguousarray(x).reshape(-1, n)
    mean = (rows @ np.full(n, 1 / n, x.dtype))[:, None]
    normal = rows - mean
    inverse = 1 / np.sqrt(np.vecdot(normal, normal)[:, None] / n + eps)
    normal *= inverse
    if weight is not None:
        normal *= weight.reshape(n)
    if bias is not None:
        normal += bias.reshape(n)
    return normal.reshape(x.shape), (mean, inverse)


def _layer_norm_backward(
    g: Array,
    saved: Statistics,
    wanted: tuple[bool, ...],
    x: Array,
    weight: Array | None,
    bias: Array | None,
    *,
    n_axes: int,
    eps: float,
) -> Cotangents:
    mean, inverse = saved
    shape = x.shape[-n_axes:]
    n = prod(shape)
    g = np.ascontiguousarray(g).reshape(-1, n)
    ones = np.ones(len(g), g.dtype)
    g_weight = g_bias = None
    if wanted[2]:
        g_bias = (ones @ g).reshape(shape)
    if not (wanted[0] or wanted[1]):
        return None, None, g_bias
    normal = np.ascontiguousarray(x).reshape(-1, n) - mean
    normal *= inverse
    product = g * normal
    if wanted[1]:
        g_weight = (ones @ product).reshape(shape)
    if not wanted[0]:
        return None, g_weight, g_bias
    # the means of ĝ = w·ḡ and of ĝ·x̂ are products of ḡ and ḡ·x̂ with w/n
    share = np.full(n, 1 / n, g.dtype) if weight is None else weight.reshape(n) / n
    normal *= (product @ share)[:, None]
    normal += (g @ share)[:, None]
    if weight is not None:
        g = np.multiply(g, weight.reshape(n), out=product)
    np.subtract(g, normal, out=normal)
    normal *= inverse
    return normal.reshape(x.shape), g_weight, g_bias


layer_norm = fused(
    _layer_norm_definition,
    name="layer_norm",
    doc="z = weight·u + bias, u = (x − μ)/σ over the last axes, σ = √(var + ε); "
    "∂z/∂x = weight·(I − (1 + u·uᵀ)/n)/σ; ∂z/∂weight = u; ∂z/∂bias = 1",
    forward=_layer_norm_forward,
    backward=_layer_norm_backward,
)

# ── for each channel ──────────────────────────────────────────────────────────────────────────────


def _per_channel(x: Any, weight: Any, bias: Any) -> Any:
    shape = (-1,) + (1,) * (x.ndim - 2)
    return _affine(x, *(p if p is None else ag.reshape(p, shape) for p in (weight, bias)))


def _forward(
    cells: Cells, over: str, x: Array, weight: Array | None, bias: Array | None, eps: float
) -> tuple[Array, Statistics]:
    """Return z and the statistics, mean and variance over L and the axis ``over``."""
    a = cells.cut(x)
    n = cells.count("L" + over)
    mean = cells.total(a, "L" + over) / n
    out = a - mean
    variance = cells.total(cells.dot(out, out), over) / n
    inverse = 1 / np.sqrt(variance + eps)
    out *= inverse if weight is None else inverse * cells.spread(weight)
    if bias is not None:
        out += cells.spread(bias)
    return cells.join(out), (mean, variance)


def _backward(
    cells: Cells,
    over: str,
    g: Array,
    saved: Statistics,
    wanted: tuple[bool, ...],
    x: Array,
    weight: Array | None,
    eps: float,
) -> Cotangents:
    mean, variance = saved
    inverse = 1 / np.sqrt(variance + eps)
    g = cells.cut(g)
    centred = cells.cut(x) - mean
    sums, products = cells.total(g, "L"), cells.dot(g, centred)
    if over == "N":  # at once, as nothing below depends on the example
        sums, products = cells.total(sums, "N"), cells.total(products, "N")
    products = products * inverse
    g_weight, g_bias = (cells.total(part, "N").reshape(-1) for part in (products, sums))
    if not wanted[0]:
        return None, g_weight, g_bias
    slope = inverse
    if weight is not None:
        scale = cells.spread(weight)
        sums, products, slope = sums * scale, products * scale, slope * scale
    n = cells.count("L" + over)
    centred *= cells.total(products, over) / n * inverse**2
    centred += cells.total(sums, over) / n * inverse
    out = g * slope
    out -= centred
    return cells.join(out), g_weight, g_bias


def _group_norm_definition(x: Any, weight: Any, bias: Any, *, groups: int, eps: float) -> Any:
    n, c, *rest = x.shape
    grouped = ag.reshape(x, (n, groups, c // groups, *rest))
    normal = _standardized(grouped, tuple(range(2, grouped.ndim)), eps)
    return _per_channel(ag.reshape(normal, x.shape), weight, bias)


def _group_norm_forward(
    x: Array, weight: Array | None, bias: Array | None, *, groups: int, eps: float
) -> tuple[Array, Statistics]:
    return _forward(Cells.of(x, groups), "K", x, weight, bias, eps)


def _group_norm_backward(
    g: Array,
    saved: Statistics,
    wanted: tuple[bool, ...],
    x: Array,
    weight: Array | None,
    bias: Array | None,
    *,
    groups: int,
    eps: float,
) -> Cotangents:
    return _backward(Cells.of(x, groups), "K", g, saved, wanted, x, weight, eps)


group_norm = fused(
    _group_norm_definition,
    name="group_norm",
    doc="z = weight·u + bias, u = (x − μ)/σ for each example and group of channels, "
    "σ = √(var + ε); ∂z/∂x = weight·(I − (1 + u·uᵀ)/n)/σ; ∂z/∂weight = u; ∂z/∂bias = 1",
    forward=_group_norm_forward,
    backward=_group_norm_backward,
)


def _batch_norm_definition(x: Any, weight: Any, bias: Any, *, eps: float) -> Any:
    return _per_channel(_standardized(x, (0, *range(2, x.ndim)), eps), weight, bias)


def _batch_norm_forward(
    x: Array, weight: Array | None, bias: Array | None, *, eps: float
) -> tuple[Array, Statistics]:
    return _forward(Cells.of(x), "N", x, weight, bias, eps)


def _batch_norm_backward(
    g: Array,
    saved: Statistics,
    wanted: tuple[bool, ...],
    x: Array,
    weight: Array | None,
    bias: Array | None,
    *,
    eps: float,
) -> Cotangents:
    return _backward(Cells.of(x), "N", g, saved, wanted, x, weight, eps)


batch_norm = fused(
    _batch_norm_definition,
    name="batch_norm",
    doc="z = weight·u + bias, u = (x − μ)/σ for each channel, σ = √(var + ε); "
    "∂z/∂x = weight·(I − (1 + u·uᵀ)/n)/σ; ∂z/∂weight = u; ∂z/∂bias = 1",
    forward=_batch_norm_forward,
    backward=_batch_norm_backward,
)
