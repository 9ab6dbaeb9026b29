"""Residual: an example of a module of one's own, and the idea that lets deep networks train."""

from typing import Any

from autograd_mini.errors import ShapeError
from autograd_mini.nn.arguments import as_numeric
from autograd_mini.nn.containers import Sequential
from autograd_mini.nn.linear import Identity
from autograd_mini.nn.module import Module


class Residual(Module):
    """y = s(x) + f(x): layers that learn what to add to their input.

    ``modules``: f, one after the other. ``shortcut``: s, by default the identity; a projection,
    such as a Linear, where f changes the shape. The identity passes gradients on unchanged however
    deep the network is: ∂y/∂x = 1 + ∂f/∂x.

    Shapes: s(x) and f(x) equal; ShapeError otherwise, since broadcasting would hide a mistake.

    Source: K. He et al. 2015, "Deep residual learning for image recognition", eqs. 1 and 2.

    >>> import autograd_mini as ag
    >>> from autograd_mini import nn
    >>> block = nn.Residual(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4))
    >>> block(ag.zeros(2, 4)).shape
    (2, 4)
    >>> nn.Residual(nn.Linear(4, 8), shortcut=nn.Linear(4, 8, bias=False))(ag.zeros(2, 4)).shape
    (2, 8)
    """

    def __init__(self, *modules: Module, shortcut: Module | None = None) -> None:
        super().__init__()
        self.layers = Sequential(*modules)
        self.shortcut = Identity() if shortcut is None else shortcut

    def forward(self, x: Any) -> Any:
        x = as_numeric("Residual: the input", x)
        past, change = self.shortcut(x), self.layers(x)
        if past.shape != change.shape:
            raise ShapeError(
                f"Residual: the layers made {tuple(change.shape)} of an input of {tuple(x.shape)}, "
                f"and the shortcut {tuple(past.shape)}; the two are added, so make them equal, by "
                f"shortcut= if the layers change the shape"
            )
        return past + change
