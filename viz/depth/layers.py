"""From the tape of one step to one plain record per layer.

A layer is a product (``matmul``) with a parameter of two or more axes. Its signal s is the
product, with the bias added: the pre-activation. Modules need not be known here: rows carry the
scope that they ran in.
"""

from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, TypeGuard

import numpy as np

from autograd_mini import Row
from autograd_mini.viz.depth.activations import Array, known_activation

PRODUCTS = {"matmul", "linear"}
RESHAPINGS = {"reshape", "transpose", "swapaxes", "squeeze", "expand_dims", "broadcast_to", "cast"}


@dataclass(frozen=True)
class Layer:
    """What was measured at one layer: a plain record, whatever the numbers came from.

    rms, std and mean are over all elements of the batch.
    """

    name: str
    """Its scope; where that is shared, its parameter's name or a number."""
    kind: str
    """The primitive of the product."""
    fan_in: int
    """How many products one output is the sum of."""
    fan_out: int
    """How many products one input takes part in."""
    weight_std: float
    """Of a single weight, its size."""
    weight_rms: float
    bias_mean_square: float
    """E[b²]; 0 without a bias."""
    input_mean_square: float
    """E[x²] of what comes in."""
    signal_std: float
    """Of s, the pre-activation."""
    activation: str
    """What s goes through on its way to the next layer: a primitive's name, ``linear`` for nothing;
    if that way is anything more, names with commas, ``fork`` or ``branch``."""
    power: float
    """Mean square of the constants that the output is then multiplied with, as by dropout; or 1."""
    output_mean: float
    """Of the activation's output."""
    output_std: float
    gradient_rms: float
    """Of dL/ds."""
    weight_gradient_rms: float
    """Of dL/dW."""
    flat: float | None
    """Share of outputs where the activation hardly moves: 0 for relu, beyond ±0.97 for tanh,
    outside 0.03 to 0.97 for sigmoid. None for others."""
    dead: float | None
    """Share of relu units that are 0 on every sample. None for others."""


@dataclass
class _Place:
    """Where on the tape a layer is; ``path``: the primitives from its signal to what follows."""

    product: Row
    position: int
    weight: Row
    signal: Row
    activated: Row
    bias: Row | None = None
    path: str = ""
    power: float = 1.0


def hidden_layers(layers: Sequence[Layer]) -> Sequence[Layer]:
    """Return the layers without the output layer, where there is one.

    That is a last layer of another width, or with another activation, than the one below. It stands
    apart: its dL/ds comes from the loss, and does not tell what depth does.
    """
    *below, last = layers
    if below and (below[-1].activation, below[-1].fan_out) != (last.activation, last.fan_out):
        return below
    return layers


def measured_layers(rows: list[Row], output: Row, gradients: dict[Row, Array]) -> list[Layer]:
    """Return the layers of a step, from the input to the output.

    ``rows``: the Wengert list of the loss, with all arrays and adjoints. ``output``: the row of
    what the model returned. ``gradients``: the cotangents of the leaves.
    """
    inside = [row for row in rows if row.serial <= output.serial and not row.is_leaf]
    consumers: dict[Row, list[Row]] = {row: [] for row in rows}
    for row in inside:
        for parent in row.parents:
            if parent is not None:
                consumers[parent].append(row)
    weights = {row: found for row in inside if (found := _weight(row)) is not None}
    products = list(weights)
    places = [
        _place(product, following, *weights[product], consumers, weights)
        for product, following in zip_longest(products, products[1:])
    ]
    return [
        _measure(place, name, gradients) for place, name in zip(places, _names(places), strict=True)
    ]


def _weight(row: Row) -> tuple[int, Row] | None:
    """Return the position and the leaf of the weights that ``row`` multiplies with, if it does."""
    if row.operation not in PRODUCTS:
        return None
    for position in (1, 0):
        leaf = row.parents[position]
        while leaf is not None and leaf.operation in RESHAPINGS:
            leaf = leaf.parents[0]
        if _is_parameter(leaf) and len(leaf.shape) > 1:
            return position, leaf
    return None


def _is_parameter(row: Row | None) -> TypeGuard[Row]:
    return row is not None and row.is_leaf and row.requires_grad


def _place(
    product: Row,
    following: Row | None,
    position: int,
    weight: Row,
    consumers: dict[Row, list[Row]],
    products: Container[Row],
) -> _Place:
    """Follow a product to its signal, and the signal to the next product or the model's output."""
    place = _Place(product, position, weight, signal=product, activated=product)
    if product.operation == "linear" and _is_parameter(product.parents[2]):
        place.bias = product.parents[2]
    names: list[str] = []
    row = product
    while len(consumers[row]) == 1 and consumers[row][0] not in products:
        before, (row,) = row, consumers[row]
        other = next((parent for parent in row.parents if parent is not before), None)
        is_still_affine = not names and place.power == 1.0
        if row.operation in RESHAPINGS:
            if is_still_affine:
                place.signal = place.activated = row
        elif is_still_affine and row.operation == "add" and _is_parameter(other):
            place.signal = place.activated = row
            place.bias = other
        elif (constants := _constant_factor(row, before)) is not None:
            place.power *= float(np.mean(np.square(constants, dtype=float)))
        else:
            if place.power != 1.0:
                names.append("multiply")
            names.append(_activation_name(row, before))
            place.activated = row
    if len(consumers[row]) > 1:
        names.append("fork")
    elif consumers[row] and consumers[row][0] is not following:
        names.append("branch")
    place.path = ", ".join(names)
    return place


def _constant_factor(row: Row, signal: Row) -> Any:
    """Return the constants that ``row`` multiplies ``signal`` with, or None if it does not."""
    if row.operation == "multiply":
        for parent, array in zip(row.parents, row.inputs, strict=True):
            if parent is None or not parent.requires_grad:
                return array
    return None


def _activation_name(row: Row, signal: Row) -> str:
    if row.operation == "maximum":
        floors = [a for p, a in zip(row.parents, row.inputs, strict=True) if p is not signal]
        if floors and not np.any(floors[0]):
            return "relu"
    return row.operation


def _names(places: list[_Place]) -> list[str]:
    """Name layers by scope; where one has several, by the parameter, or else by number."""
    scopes = Counter(place.product.scope for place in places)
    names = []
    for place in places:
        scope = place.product.scope
        is_alone = scope and scopes[scope] == 1
        names.append(scope if is_alone else place.weight.name or scope or "layer")
    uses, seen = Counter(names), Counter[str]()
    numbered = []
    for name in names:
        seen[name] += 1
        numbered.append(f"{name} #{seen[name]}" if uses[name] > 1 else name)
    return numbered


def _measure(place: _Place, name: str, gradients: dict[Row, Array]) -> Layer:
    weights = place.weight.output
    matrix = place.product.inputs[place.position]
    incoming = place.product.inputs[1 - place.position]
    is_row_per_output = place.position == 0 or place.product.operation == "linear"
    fan_out, fan_in = matrix.shape[-2:] if is_row_per_output else matrix.shape[:-3:-1]
    s, a = place.signal.output, place.activated.output
    adjoint = place.signal.adjoint
    g = np.zeros_like(s) if adjoint is None else adjoint
    activation = place.path or "linear"
    phi = known_activation(activation)
    flat = phi.is_flat(a) if phi and phi.is_flat else None
    unit_axis = a.ndim - 2 + place.position
    samples = tuple(axis for axis in range(a.ndim) if axis != unit_axis)
    return Layer(
        name=name,
        kind=place.product.operation,
        fan_in=fan_in,
        fan_out=fan_out,
        weight_std=_std(weights) if weights.size > 1 else _rms(weights),
        weight_rms=_rms(weights),
        bias_mean_square=0.0 if place.bias is None else _rms(place.bias.output) ** 2,
        input_mean_square=_rms(incoming) ** 2,
        signal_std=_std(s),
        activation=activation,
        power=place.power,
        output_mean=float(np.mean(a, dtype=float)),
        output_std=_std(a),
        gradient_rms=_rms(g),
        weight_gradient_rms=_rms(gradients.get(place.weight, np.zeros(1))),
        flat=None if flat is None else float(flat.mean()),
        dead=float((a == 0).all(axis=samples).mean()) if activation == "relu" else None,
    )


def _rms(array: Array) -> float:
    return float(np.sqrt(np.mean(np.square(array, dtype=float))))


def _std(array: Array) -> float:
    return float(np.std(array, dtype=float))
