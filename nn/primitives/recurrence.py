"""Recurrent networks over a whole sequence, one layer in one direction, as fused primitives.

Step by step (``recurrent_steps.py``) a sequence is thousands of small operations. Here the part of
the input is one matrix product for all steps, only W_hh h is left to the loop, which works in
buffers made before it, and after the loop backward the gradients of the weights are one product
each over all steps.

Shapes: x (T, B, n), w_ih (k·m, n), w_hh (k·m, m), biases (k·m,) or None, states (B, m), for T time
steps, B sequences, n features, m hidden units, and k gates in PyTorch's order. ``a`` are the
pre-activations, ``da`` their cotangents: (k, T, B, m), so that a gate of one step is contiguous.

A gate is computed as σ(a) = ½ + ½·tanh(a/2), which cannot overflow; the inner ½ is multiplied into
the weights.
"""

from typing import Any

import numpy as np

from autograd_mini.fusion import fused
from autograd_mini.nn.primitives.recurrent_steps import (
    gru_step,
    lstm_step,
    rnn_step,
    times,
    unroll,
)
from autograd_mini.rows import Array

Wanted = tuple[bool, ...]
Bias = Array | None


def _inner_scale(functions: str, like: Array) -> Array:
    """Return, for every gate, ½ if it is a σ ("s") and 1 if it is a tanh ("t")."""
    scales = [0.5 if function == "s" else 1 for function in functions]
    return np.array(scales, like.dtype)[:, None, None]


def _by_gate(weight: Array, m: int) -> Array:
    return weight.reshape(-1, m, weight.shape[1])


def _transposed(weight: Array, scale: Array) -> Array:
    """Return the scaled weightᵀ by gate, in contiguous memory, which small products like."""
    by_gate = _by_gate(weight, len(weight) // len(scale))
    return np.multiply(by_gate.transpose(0, 2, 1), scale, order="C")


def _stretched(bias: Array, scale: Array, n_batch: int) -> Array:
    """Return the scaled bias by gate, repeated for every sequence: adding it is one run."""
    by_gate = bias.reshape(len(scale), 1, -1) * scale
    return np.repeat(by_gate, n_batch, axis=1)


def _rows(x: Array) -> Array:
    """Return x with the axes of time and batch as one."""
    return x.reshape(*x.shape[:-3], x.shape[-3] * x.shape[-2], x.shape[-1])


def _of_input(x: Array, weight: Array) -> Array:
    """Return weightᵀ x for all gates and steps."""
    products: Array = np.matmul(_rows(x), weight)
    return products.reshape(len(weight), *x.shape[:2], weight.shape[2])


def _before(states: Array, first: Array, reverse: bool) -> Array:
    """Return the states that the steps started from."""
    parts = [states[1:], first[None]] if reverse else [first[None], states[:-1]]
    return np.concatenate(parts)


def _weight_cotangents(
    da_x: Array, da_h: Array, x: Array, before: Array, w_ih: Array, wanted: Wanted
) -> tuple[Array | None, ...]:
    """Return the cotangents of x, w_ih, w_hh, b_ih and b_hh, the wanted ones.

    ``da_x`` and ``da_h`` are those of W_ih x + b_ih and of W_hh h + b_hh, for all steps.
    """
    ones = np.ones(x.shape[0] * x.shape[1], x.dtype)
    return (
        _input_cotangent(da_x, x, w_ih) if wanted[0] else None,
        _outer(da_x, x) if wanted[1] else None,
        _outer(da_h, before) if wanted[2] else None,
        np.matmul(ones, _rows(da_x)).ravel() if wanted[3] else None,
        np.matmul(ones, _rows(da_h)).ravel() if wanted[4] else None,
    )


def _input_cotangent(da: Array, x: Array, w_ih: Array) -> Array:
    dx, part = np.zeros_like(x, order="C"), np.empty(x.shape, x.dtype)
    for of_gate, weight in zip(_rows(da), _by_gate(w_ih, da.shape[3]), strict=True):
        np.dot(of_gate, weight, out=_rows(part))
        dx += part
    return dx


def _outer(da: Array, x: Array) -> Array:
    """Return Σ_t da_t x_tᵀ as one product a gate."""
    n_gates, *_, m = da.shape
    dw = np.empty((n_gates * m, x.shape[2]), x.dtype)
    np.matmul(_rows(da).swapaxes(1, 2), _rows(x), out=_by_gate(dw, m))
    return dw


# ── RNN ───────────────────────────────────────────────────────────────────────────────────────────


def _rnn(
    x: Any,
    w_ih: Any,
    w_hh: Any,
    b_ih: Any,
    b_hh: Any,
    h: Any,
    *,
    nonlinearity: str = "tanh",
    reverse: bool = False,
) -> Any:
    def step(x_t: Any, h: Any) -> tuple[Any]:
        return (rnn_step(x_t, w_ih, w_hh, b_ih, b_hh, h, nonlinearity=nonlinearity),)

    return np.stack(unroll(step, x, h, reverse=reverse)[0])


def _rnn_forward(
    x: Array,
    w_ih: Array,
    w_hh: Array,
    b_ih: Bias,
    b_hh: Bias,
    h: Array,
    *,
    nonlinearity: str = "tanh",
    reverse: bool = False,
) -> tuple[Array, Array]:
    out = np.empty((*x.shape[:2], len(w_hh)), x.dtype)
    np.dot(_rows(x), w_ih.T, out=_rows(out))
    recurrent = np.ascontiguousarray(w_hh.T)
    bias = np.zeros_like(h) if b_ih is None or b_hh is None else np.tile(b_ih + b_hh, (len(h), 1))
    of_h = np.empty_like(h)
    for t in times(len(x), reverse):
        np.dot(h, recurrent, out=of_h)
        h = out[t]
        h += of_h
        h += bias
        if nonlinearity == "relu":
            np.maximum(h, 0, out=h)
        else:
            np.tanh(h, out=h)
    return out, out


def _rnn_backward(
    g: Array,
    out: Array,
    wanted: Wanted,
    x: Array,
    w_ih: Array,
    w_hh: Array,
    b_ih: Bias,
    b_hh: Bias,
    h: Array,
    *,
    nonlinearity: str = "tanh",
    reverse: bool = False,
) -> tuple[Array | None, ...]:
    if nonlinearity == "relu":
        da = np.greater(out, 0).astype(out.dtype)
    else:
        da = np.square(out)
        np.subtract(1, da, out=da)
    dh = np.zeros_like(h)
    for t in reversed(times(len(x), reverse)):
        dh += g[t]
        da[t] *= dh
        np.dot(da[t], w_hh, out=dh)
    before = _before(out, h, reverse)
    return *_weight_cotangents(da[None], da[None], x, before, w_ih, wanted), dh


rnn = fused(
    _rnn,
    name="rnn",
    doc="z = all h_t = tanh(W_ih x_t + b_ih + W_hh h_{t−1} + b_hh), or relu; "
    "∂z/∂x = Wᵢₕᵀ da; ∂z/∂w_ih = Σ_t da_t x_tᵀ; ∂z/∂w_hh = Σ_t da_t h_{t−1}ᵀ; ∂z/∂b_ih = Σ_t da_t; "
    "∂z/∂b_hh = Σ_t da_t; ∂z/∂h = Wₕₕᵀ da_0",
    forward=_rnn_forward,
    backward=_rnn_backward,
)


# ── GRU ───────────────────────────────────────────────────────────────────────────────────────────


def _gru(
    x: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, h: Any, *, reverse: bool = False
) -> Any:
    def step(x_t: Any, h: Any) -> tuple[Any]:
        return (gru_step(x_t, w_ih, w_hh, b_ih, b_hh, h),)

    return np.stack(unroll(step, x, h, reverse=reverse)[0])


def _gru_forward(
    x: Array,
    w_ih: Array,
    w_hh: Array,
    b_ih: Bias,
    b_hh: Bias,
    h: Array,
    *,
    reverse: bool = False,
) -> tuple[Array, Any]:
    scale = _inner_scale("sst", x)
    gates = _of_input(x, _transposed(w_ih, scale))
    bias_x = 0 if b_ih is None else _stretched(b_ih, scale, len(h))
    bias_h = 0 if b_hh is None else _stretched(b_hh, scale, len(h))
    recurrent = _transposed(w_hh, scale)
    of_h = np.empty_like(gates[:, 0])
    r, z, n = gates
    out, n_of_h = np.empty_like(n), np.empty_like(n)
    for t in times(len(x), reverse):
        np.matmul(h, recurrent, out=of_h)
        of_h += bias_h
        n_of_h[t] = of_h[2]
        gates[:, t] += bias_x
        rz, n_t, new = gates[:2, t], n[t], out[t]
        rz += of_h[:2]
        np.tanh(rz, out=rz)
        rz *= 0.5
        rz += 0.5
        n_t += np.multiply(r[t], n_of_h[t], out=new)
        np.tanh(n_t, out=n_t)
        np.subtract(h, n_t, out=new)  # h′ = n + z·(h − n)
        new *= z[t]
        new += n_t
        h = new
    return out, (gates, n_of_h, out)


def _gru_backward(
    g: Array,
    saved: Any,
    wanted: Wanted,
    x: Array,
    w_ih: Array,
    w_hh: Array,
    b_ih: Bias,
    b_hh: Bias,
    h: Array,
    *,
    reverse: bool = False,
) -> tuple[Array | None, ...]:
    gates, n_of_h, out = saved
    m = h.shape[1]
    before = _before(out, h, reverse)
    r, z, n = gates
    rz = gates[:2]
    da = np.empty((4, *n.shape), n.dtype)  # n of x, r, z, n of h: of x and of h three in a row
    da_x, da_h, da_rz = da[:3], da[1:], da[1:3]
    da_n, da_r, da_z, da_n_of_h = da
    recurrent = _by_gate(w_hh, m)
    dh, part, parts = np.zeros_like(h), np.empty_like(h), np.empty_like(gates[:, 0])
    for t in reversed(times(len(x), reverse)):
        dh += g[t]
        np.subtract(1, rz[:, t], out=da_rz[:, t])
        np.square(n[t], out=part)
        np.subtract(1, part, out=part)
        part *= dh
        np.multiply(part, da_z[t], out=da_n[t])  # dh·(1 − z)·(1 − n²)
        da_rz[:, t] *= rz[:, t]  # the slopes of r and z
        da_r[t] *= np.multiply(da_n[t], n_of_h[t], out=part)
        np.subtract(before[t], n[t], out=part)
        part *= dh
        da_z[t] *= part
        np.multiply(da_n[t], r[t], out=da_n_of_h[t])
        dh *= z[t]
        np.matmul(da_h[:, t], recurrent, out=parts)
        dh += np.add.reduce(parts, axis=0, out=part)
    n_first = np.roll(w_ih, m, axis=0)
    dx, dw_ih, dw_hh, db_ih, db_hh = _weight_cotangents(da_x, da_h, x, before, n_first, wanted)
    dw_ih, db_ih = (None if d is None else np.roll(d, -m, axis=0) for d in (dw_ih, db_ih))
    return dx, dw_ih, dw_hh, db_ih, db_hh, dh


gru = fused(
    _gru,
    name="gru",
    doc="z = all h_t = (1 − z_t)·n_t + z_t·h_{t−1}; ∂z/∂x = Wᵢₕᵀ da; ∂z/∂w_ih = Σ_t da_t x_tᵀ; "
    "∂z/∂w_hh = Σ_t da_t h_{t−1}ᵀ, its n-part times r_t; ∂z/∂b_ih = Σ_t da_t; "
    "∂z/∂b_hh = Σ_t da_t, its n-part times r_t; ∂z/∂h = z_0 + Wₕₕᵀ da_0",
    forward=_gru_forward,
    backward=_gru_backward,
)


# ── LSTM ──────────────────────────────────────────────────────────────────────────────────────────


def _lstm(
    x: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any, h: Any, c: Any, *, reverse: bool = False
) -> Any:
    def step(x_t: Any, h: Any, c: Any) -> tuple[Any, Any]:
        return lstm_step(x_t, w_ih, w_hh, b_ih, b_hh, h, c)

    hidden, (_, c) = unroll(step, x, h, c, reverse=reverse)
    return np.stack([*hidden, c])


def _lstm_forward(
    x: Array,
    w_ih: Array,
    w_hh: Array,
    b_ih: Bias,
    b_hh: Bias,
    h: Array,
    c: Array,
    *,
    reverse: bool = False,
) -> tuple[Array, Any]:
    scale = _inner_scale("ssts", x)
    shift = 1 - scale
    gates = _of_input(x, _transposed(w_ih, scale))
    bias = 0 if b_ih is None or b_hh is None else _stretched(b_ih + b_hh, scale, len(h))
    recurrent = _transposed(w_hh, scale)
    of_h = np.empty_like(gates[:, 0])
    i, f, g, o = gates
    out = np.empty((len(x) + 1, *h.shape), x.dtype)  # all h, then the last c
    cells, tanh_c = np.empty_like(out[:-1]), np.empty_like(out[:-1])
    for t in times(len(x), reverse):
        gate, new = gates[:, t], out[t]
        gate += np.matmul(h, recurrent, out=of_h)
        gate += bias
        np.tanh(gate, out=gate)
        gate *= scale
        gate += shift
        c = np.multiply(f[t], c, out=cells[t])
        c += np.multiply(i[t], g[t], out=new)
        h = np.multiply(o[t], np.tanh(c, out=tanh_c[t]), out=new)
    out[-1] = c
    return out, (gates, cells, tanh_c, out)


def _lstm_backward(
    g: Array,
    saved: Any,
    wanted: Wanted,
    x: Array,
    w_ih: Array,
    w_hh: Array,
    b_ih: Bias,
    b_hh: Bias,
    h: Array,
    c: Array,
    *,
    reverse: bool = False,
) -> tuple[Array | None, ...]:
    gates, cells, tanh_c, out = saved
    above = 2 * _inner_scale("ssts", x) - 1  # slopes are (1 − y)·(y + 0) of σ, + 1 of tanh
    c_before = _before(cells, c, reverse)
    da = np.empty_like(gates)
    i, f, new, o = gates
    di, df, dnew, do = da
    recurrent = _by_gate(w_hh, h.shape[1])
    dh, part = np.zeros_like(h), np.empty_like(h)
    slope, parts = np.empty_like(gates[:, 0]), np.empty_like(gates[:, 0])
    dc = g[-1].copy()
    for t in reversed(times(len(x), reverse)):
        dh += g[t]
        np.multiply(dh, tanh_c[t], out=do[t])
        np.square(tanh_c[t], out=part)
        np.subtract(1, part, out=part)
        part *= o[t]
        part *= dh
        dc += part
        np.multiply(dc, new[t], out=di[t])
        np.multiply(dc, c_before[t], out=df[t])
        np.multiply(dc, i[t], out=dnew[t])
        dc *= f[t]
        da[:, t] *= np.subtract(1, gates[:, t], out=slope)
        da[:, t] *= np.add(gates[:, t], above, out=slope)
        np.add.reduce(np.matmul(da[:, t], recurrent, out=parts), axis=0, out=dh)
    before = _before(out[:-1], h, reverse)
    return *_weight_cotangents(da, da, x, before, w_ih, wanted), dh, dc


lstm = fused(
    _lstm,
    name="lstm",
    doc="z = all h_t = o_t·tanh c_t, and the last c_t = f_t·c_{t−1} + i_t·g_t; ∂z/∂x = Wᵢₕᵀ da; "
    "∂z/∂w_ih = Σ_t da_t x_tᵀ; ∂z/∂w_hh = Σ_t da_t h_{t−1}ᵀ; ∂z/∂b_ih = Σ_t da_t; "
    "∂z/∂b_hh = Σ_t da_t; ∂z/∂h = Wₕₕᵀ da_0; ∂z/∂c = f_0·dc_0",
    forward=_lstm_forward,
    backward=_lstm_backward,
)
