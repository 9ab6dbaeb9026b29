"""LSUV: initial weights measured on data instead of derived from theory."""

from math import sqrt
from typing import Any, TypeVar

import numpy as np

from autograd_mini.errors import ArgumentError, DTypeError
from autograd_mini.methods import plain
from autograd_mini.modes import no_grad
from autograd_mini.nn.arguments import is_number, require
from autograd_mini.nn.init.orthogonal import orthogonal_
from autograd_mini.nn.module import Module
from autograd_mini.nn.parameter import Parameter

Model = TypeVar("Model", bound=Module)


def lsuv_(
    model: Model,
    batch: Any,
    tol: float = 0.01,
    max_iterations: int = 10,
    generator: np.random.Generator | None = None,
) -> Model:
    """Give every layer outputs of variance 1 on ``batch``, by its weights, and return ``model``.

    Layer-sequential unit variance: the layers with a weight of at least 2 axes, such as Linear and
    Conv2d, start with orthonormal weights, and then one after the other, in the order in which they
    run, are divided by the standard deviation of their outputs until its square is within ``tol``
    of 1. All outputs of a layer count together, before any activation. Biases stay, and so do
    embeddings, whose inputs are not floats, and weights of layers that do not run. A weight that
    two layers share is scaled for the first.

    ``batch``: what the model is called with, a tuple for several inputs; about a hundred real
    examples. The model runs once, as in ``eval()`` and untracked; its modes are as before.

    Raises ArgumentError for a layer that is not there after ``max_iterations`` divisions, because
    its inputs are constant, or not finite, or its biases vary by more than 1, and for a model
    without layers to scale; then no weight has changed.

    Source: D. Mishkin, J. Matas 2015, "All you need is a good init", algorithm 1.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> model = nn.Sequential(nn.Linear(8, 50), nn.Tanh(), nn.Linear(50, 20))
    >>> x = ag.randn(100, 8)
    >>> round(float(nn.init.lsuv_(model, x)(x).var()), 1)
    1.0
    """
    if not isinstance(model, Module):
        raise DTypeError(f"lsuv_: it takes a module and a batch, got {type(model).__name__}")
    require("lsuv_: tol", tol, is_number(tol) and tol > 0, "a positive number")
    whole = isinstance(max_iterations, int) and max_iterations > 0
    require("lsuv_: max_iterations", max_iterations, whole, "a positive integer")

    names = {module: name or type(module).__name__ for name, module in model.named_modules()}
    modes = {module: module.training for module in names}
    before: dict[Parameter, Any] = {}

    def scale(layer: Module, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> Any:
        weight = _weight(layer)
        if weight is None or weight in before or not _floats(args):
            return None
        before[weight] = weight.data.copy()
        orthogonal_(weight, generator=generator)
        for _ in range(max_iterations + 1):
            output = layer.forward(*args, **kwargs)
            variance = float(np.var(plain(output), dtype=np.float64))
            if abs(variance - 1) < tol:
                return output
            if not 0 < variance < np.inf:
                break
            weight.data /= sqrt(variance)
        raise ArgumentError(
            f"lsuv_: the outputs of {names[layer]} have variance {variance:.4g} over this batch, "
            f"and its weights cannot make it 1; give a batch of different examples"
        )

    handles = [module.register_forward_hook(scale, with_kwargs=True) for module in names]
    model.eval()
    try:
        with no_grad():
            model(*batch) if isinstance(batch, tuple) else model(batch)
        if not before:
            raise ArgumentError(f"lsuv_: in {type(model).__name__} no layer with a weight ran")
    except BaseException:
        for weight, values in before.items():
            weight.data = values
        raise
    finally:
        for handle in handles:
            handle.remove()
        for module, training in modes.items():
            module.training = training
    return model


def _weight(layer: Module) -> Parameter | None:
    """Return the layer's own weight if it is a matrix or a kernel."""
    weight = dict(layer.named_parameters(recurse=False)).get("weight")
    return weight if weight is not None and weight.ndim > 1 else None


def _floats(args: tuple[Any, ...]) -> bool:
    return bool(args) and np.asarray(plain(args[0])).dtype.kind == "f"
