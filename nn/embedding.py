"""Embedding: a table with one learned vector for each word, character or class."""

from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike

import autograd_mini.nn.functional as F  # noqa: N812 (the field's custom)
from autograd_mini.dtypes import get_default_dtype
from autograd_mini.errors import ShapeError
from autograd_mini.methods import plain
from autograd_mini.nn import init
from autograd_mini.nn.arguments import as_numeric, require
from autograd_mini.nn.functional.embeddings import padding_row, refuse_unsupported
from autograd_mini.nn.module import Module
from autograd_mini.nn.parameter import Parameter


class Embedding(Module):
    """The rows of a table that the input numbers: y = weight[x].

    It is a linear layer of one-hot vectors, without multiplying with zeros. The table starts from
    N(0, 1); row ``padding_idx`` starts at 0, and its gradient stays 0. ``scale_grad_by_freq``
    divides each row's gradient by how often the row was looked up. ``generator`` draws the table,
    by default ``ag.default_generator()``.

    Shapes: x (…), integers 0..num_embeddings − 1; weight (num_embeddings, embedding_dim);
    y (…, embedding_dim).

    Raises IndexingError for a number that has no row, DTypeError for numbers that are not integers,
    UnsupportedError for ``max_norm`` and ``sparse``.

    Source: Y. Bengio et al. 2003, "A neural probabilistic language model", section 2: the matrix C.

    >>> from autograd_mini import nn
    >>> nn.Embedding(27, 10)([[5, 13], [13, 1], [0, 0]]).shape
    (3, 2, 10)
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        *,
        dtype: DTypeLike | None = None,
        generator: np.random.Generator | None = None,
    ) -> None:
        super().__init__()
        for name, n in (("num_embeddings", num_embeddings), ("embedding_dim", embedding_dim)):
            whole = isinstance(n, int | np.integer) and n > 0
            require(f"Embedding: {name}", n, whole, "a positive integer")
        refuse_unsupported("Embedding", max_norm, sparse)
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = padding_row("Embedding", padding_idx, num_embeddings)
        self.scale_grad_by_freq = scale_grad_by_freq
        shape = num_embeddings, embedding_dim
        self.weight = Parameter(np.empty(shape, dtype or get_default_dtype()))
        self.reset_parameters(generator)

    def reset_parameters(self, generator: np.random.Generator | None = None) -> None:
        """Draw the table again."""
        init.normal_(self.weight, generator=generator)
        if self.padding_idx is not None:
            self.weight.data[self.padding_idx] = 0

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Any,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Self:
        """Return an Embedding with a copy of this table; with ``freeze`` it is not trained.

        Raises ShapeError for a table that is not (num_embeddings, embedding_dim).

        >>> from autograd_mini import nn
        >>> nn.Embedding.from_pretrained([[1.0, 2.0], [3.0, 4.0]])([1])
        tensor([[3., 4.]])
        """
        table = plain(as_numeric("from_pretrained: the table", embeddings))
        if table.ndim != 2:
            raise ShapeError(
                f"from_pretrained: the table must have shape (num_embeddings, embedding_dim), got "
                f"{table.shape}"
            )
        embedding = cls(
            len(table),
            table.shape[1],
            padding_idx,
            max_norm,
            norm_type,
            scale_grad_by_freq,
            sparse,
            dtype=table.dtype if table.dtype.kind == "f" else None,
        )
        embedding.weight.data[...] = table
        embedding.weight.requires_grad = not freeze
        return embedding

    def forward(self, x: Any) -> Any:
        by_frequency = self.scale_grad_by_freq
        return F.embedding(x, self.weight, self.padding_idx, scale_grad_by_freq=by_frequency)

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        by_frequency = ", scale_grad_by_freq=True" if self.scale_grad_by_freq else ""
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}{by_frequency}"
