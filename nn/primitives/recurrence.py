"""Recurrent networks over a whole sequence, one layer in one direction, as fused primitives.

Step by step (``recurrent_steps.py``) a sequence is thousands of small operations. Here the part of
the input is one matrix product for all steps, only W_hh h is left to the loop, which works in
buffers made before it, and after the loop backward the gradients of the weights are one product
each over all steps.

Shapes: x (T, B, n), w_ih (k·m, n), w_hh (k·m, m), biases (k·m,) or None, states (B, m), for T time
steps, B sequences, n features, m hidden units, and k gates in PyTorch's order. ``a`` are the
pre-activations, ``da`` their cotangents.

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


def _inner_scale(functions: str, weight: Array) -> Array:
    """Return, for every row of ``weight``, ½ where its gate is σ ("s") and 1 where it is tanh."""
    halves = [0.5 if function == "s" else 1 for function in functions]
    return np.repeat(np.array(halves, weight.dtype), weight.shape[1])


def _product(x: Array, weight: Array) -> Array:
    """Return x @ weight for x (T, B, …), as one product of matrices."""
    out = np.empty((*x.shape[:2], weight.shape[1]), x.dtype)
    np.dot(_rows(x), weight, out=_rows(out))
    return out


def _rows(x: Array) -> Array:
    return x.reshape(x.shape[0] * x.shape[1], x.shape[2])


def _blocks(gates: Array, m: int) -> list[Array]:
    """Return views of the gates of all steps, (T, B, m) each."""
    return [gates[:, :, start : start + m] for start in range(0, gates.shape[2], m)]


def _transposed(weight: Array, scale: Array) -> Array:
    """Return the scaled weightᵀ in contiguous memory, which the small products of a loop like."""
    return np.multiply(weight.T, scale, order="C")


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
        _product(da_x, w_ih) if wanted[0] else None,
        np.dot(_rows(da_x).T, _rows(x)) if wanted[1] else None,
        np.dot(_rows(da_h).T, _rows(before)) if wanted[2] else None,
        np.dot(ones, _rows(da_x)) if wanted[3] else None,
        np.dot(ones, _rows(da_h)) if wanted[4] else None,
    )


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
    out = _product(x, w_ih.T)
    if b_ih is not None and b_hh is not None:
        out += b_ih + b_hh
    recurrent = np.ascontiguousarray(w_hh.T)
    of_h = np.empty_like(h)
    for t in times(len(x), reverse):
        np.dot(h, recurrent, out=of_h)
        h = out[t]
        h += of_h
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
    return *_weight_cotangents(da, da, x, before, w_ih, wanted), dh


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
    m = len(h.T)
    scale = _inner_scale("sst", w_hh)
    gates = _product(x, _transposed(w_ih, scale))
    if b_ih is not None:
        gates += b_ih * scale
    recurrent = _transposed(w_hh, scale)
    bias = 0 if b_hh is None else b_hh * scale
    of_h = np.empty_like(gates[0])
    rz_of_h, n_of_h = of_h[:, : 2 * m], of_h[:, 2 * m :]
    r, z, n = _blocks(gates, m)
    out = np.empty_like(n)
    all_n_of_h = np.empty_like(n)
    for t in times(len(x), reverse):
        np.dot(h, recurrent, out=of_h)
        of_h += bias
        all_n_of_h[t] = n_of_h
        rz, n_t, new = gates[t, :, : 2 * m], n[t], out[t]
        rz += rz_of_h
        np.tanh(rz, out=rz)
        rz *= 0.5
        rz += 0.5
        n_t += np.multiply(r[t], n_of_h, out=new)
        np.tanh(n_t, out=n_t)
        np.subtract(h, n_t, out=new)  # h′ = n + z·(h − n)
        new *= z[t]
        new += n_t
        h = new
    return out, (gates, all_n_of_h, out)


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
    m = len(h.T)
    before = _before(out, h, reverse)
    da_x, da_h = np.empty_like(gates), np.empty_like(gates)
    r, z, n = _blocks(gates, m)
    da_r, da_z, da_n = _blocks(da_x, m)
    rz, da_rz = gates[:, :, : 2 * m], da_x[:, :, : 2 * m]
    dh, part = np.zeros_like(h), np.empty_like(h)
    for t in reversed(times(len(x), reverse)):
        dh += g[t]
        np.subtract(1, rz[t], out=da_rz[t])
        np.square(n[t], out=part)
        np.subtract(1, part, out=part)
        part *= dh
        np.multiply(part, da_z[t], out=da_n[t])  # dh·(1 − z)·(1 − n²)
        da_rz[t] *= rz[t]  # the slopes of r and z
        da_r[t] *= np.multiply(da_n[t], n_of_h[t], out=part)
        np.subtract(before[t], n[t], out=part)
        part *= dh
        da_z[t] *= part
        da_h[t] = da_x[t]
        da_h[t, :, 2 * m :] *= r[t]
        dh *= z[t]
        dh += np.dot(da_h[t], w_hh, out=part)
    return *_weight_cotangents(da_x, da_h, x, before, w_ih, wanted), dh


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
    m = len(h.T)
    scale = _inner_scale("ssts", w_hh)
    shift = 1 - scale
    gates = _product(x, _transposed(w_ih, scale))
    if b_ih is not None and b_hh is not None:
        gates += (b_ih + b_hh) * scale
    recurrent = _transposed(w_hh, scale)
    of_h = np.empty_like(gates[0])
    i, f, g, o = _blocks(gates, m)
    out = np.empty((len(x) + 1, *h.shape), x.dtype)  # all h, then the last c
    cells, tanh_c = np.empty_like(out[:-1]), np.empty_like(out[:-1])
    for t in times(len(x), reverse):
        gate, new = gates[t], out[t]
        gate += np.dot(h, recurrent, out=of_h)
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
    m = len(h.T)
    above = 2 * _inner_scale("ssts", w_hh) - 1  # slopes are (1 − y)·(y + 0) of σ, + 1 of tanh
    c_before = _before(cells, c, reverse)
    da = np.empty_like(gates)
    i, f, new, o = _blocks(gates, m)
    di, df, dnew, do = _blocks(da, m)
    slope, dh, part = np.empty_like(gates[0]), np.zeros_like(h), np.empty_like(h)
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
        da[t] *= np.subtract(1, gates[t], out=slope)
        da[t] *= np.add(gates[t], above, out=slope)
        np.dot(da[t], w_hh, out=dh)
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
