"""``torch.distributions``: those that courses use, with PyTorch's names and formulas.

Here x is a value, μ and σ the parameters of the normal distribution, p a probability.
"""

import math
from typing import Any

import numpy as np

import autograd_mini as ag
from autograd_mini.errors import ArgumentError, UnsupportedError
from autograd_mini.randomness import default_generator
from autograd_mini.tensors import Tensor
from autograd_mini.torchlike.creation import as_tensor, bernoulli, multinomial


def _probabilities(name: str, probs: Any, logits: Any) -> None:
    if (probs is None) == (logits is None):
        raise ArgumentError(f"{name}: give probs= or logits=, one of the two")


class Categorical:
    """One of C classes, with probabilities or logits on the last axis, of which one is given.

    log P(k) = log p_k; entropy = −Σ p_k·log p_k.

    >>> import autograd_mini.torchlike as torch
    >>> choice = Categorical(probs=torch.tensor([0.25, 0.75]))
    >>> choice.log_prob(torch.tensor(0)).exp()
    tensor(0.25)
    """

    def __init__(self, probs: Any = None, logits: Any = None) -> None:
        _probabilities("Categorical", probs, logits)
        if probs is not None:
            p = as_tensor(probs)
            self.probs = p / p.sum(axis=-1, keepdims=True)
            smallest = float(np.finfo(self.probs.dtype).eps)
            self.logits = self.probs.clamp(smallest, 1 - smallest).log()  # finite, as PyTorch's
        else:
            self.logits = as_tensor(logits).log_softmax(-1)
            self.probs = self.logits.exp()

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Return classes, of shape ``sample_shape`` + the shape of the probabilities without C."""
        rows = self.probs.detach().reshape(-1, self.probs.shape[-1])
        n = math.prod(sample_shape)
        draws = multinomial(rows, n, replacement=True).numpy()
        return Tensor(draws.T.reshape((*sample_shape, *self.probs.shape[:-1])))

    def log_prob(self, value: Any) -> Any:
        """Return the logarithm of the probability of ``value``."""
        classes = as_tensor(value).long()
        shape = np.broadcast_shapes(classes.shape, self.logits.shape[:-1])
        logits = self.logits.expand(*shape, self.logits.shape[-1])
        return logits.gather(-1, classes.expand(*shape).unsqueeze(-1)).squeeze(-1)

    def entropy(self) -> Any:
        """Return −Σ p·log p, in nats."""
        return -(self.probs * self.logits).sum(axis=-1)


class Normal:
    """The normal distribution with mean ``loc`` and standard deviation ``scale``.

    log p(x) = −(x − μ)²/(2σ²) − log σ − ½·log 2π; entropy = ½ + ½·log 2π + log σ.

    >>> import autograd_mini.torchlike as torch
    >>> Normal(0.0, 1.0).log_prob(torch.tensor(0.0))
    tensor(-0.9189385)
    """

    def __init__(self, loc: Any, scale: Any) -> None:
        self.loc, self.scale = as_tensor(loc), as_tensor(scale)
        if not (self.scale > 0).all():
            raise ArgumentError("Normal: scale is a standard deviation and must be above 0")

    mean = property(lambda self: self.loc)
    stddev = property(lambda self: self.scale)
    variance = property(lambda self: self.scale**2)

    def rsample(self, sample_shape: Any = ()) -> Any:
        """Return μ + σ·ε with standard normal ε: gradients reach μ and σ."""
        shape = np.broadcast_shapes(self.loc.shape, self.scale.shape)
        noise = default_generator().standard_normal((*sample_shape, *shape))
        return self.loc + self.scale * noise.astype(self.loc.dtype)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Return draws without a gradient."""
        with ag.no_grad():
            return self.rsample(sample_shape)

    def log_prob(self, value: Any) -> Any:
        """Return the logarithm of the density at ``value``."""
        distance = (as_tensor(value) - self.loc) / self.scale
        return -(distance**2) / 2 - self.scale.log() - math.log(2 * math.pi) / 2

    def entropy(self) -> Any:
        """Return ½ + ½·log 2π + log σ, in nats."""
        return self.scale.log() + (0.5 + math.log(2 * math.pi) / 2) + self.loc * 0


class Bernoulli:
    """1 with a probability, given as ``probs`` or ``logits``, else 0.

    log P(x) = x·log p + (1 − x)·log(1 − p).

    >>> import autograd_mini.torchlike as torch
    >>> Bernoulli(probs=torch.tensor(0.25)).log_prob(torch.tensor(1.0)).exp()
    tensor(0.25)
    """

    def __init__(self, probs: Any = None, logits: Any = None) -> None:
        _probabilities("Bernoulli", probs, logits)
        if probs is not None:
            self.probs = as_tensor(probs)
            self.logits = ag.log(self.probs) - ag.log1p(-self.probs)
        else:
            self.logits = as_tensor(logits)
            self.probs = ag.sigmoid(self.logits)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Return draws, 0 or 1."""
        return bernoulli(self.probs.detach().expand(*sample_shape, *self.probs.shape))

    def log_prob(self, value: Any) -> Any:
        """Return the logarithm of the probability of ``value``."""
        return as_tensor(value) * self.logits - ag.softplus(self.logits)

    def entropy(self) -> Any:
        """Return −p·log p − (1 − p)·log(1 − p), in nats."""
        return ag.softplus(self.logits) - self.probs * self.logits


def kl_divergence(p: Any, q: Any) -> Any:
    """Return the relative entropy E_p[log p − log q] of two normal or categorical distributions.

    Normal: log(σ_q/σ_p) + (σ_p² + (μ_p − μ_q)²)/(2σ_q²) − ½.
    """
    if isinstance(p, Normal) and isinstance(q, Normal):
        ratio = p.scale / q.scale
        return (ratio**2 + ((p.loc - q.loc) / q.scale) ** 2 - 1) / 2 - ratio.log()
    if isinstance(p, Categorical) and isinstance(q, Categorical):
        return (p.probs * (p.logits - q.logits)).sum(axis=-1)
    raise UnsupportedError(
        f"kl_divergence: there is no formula here for {type(p).__name__} and {type(q).__name__}; "
        f"estimate it, as (p.log_prob(x) - q.log_prob(x)).mean() over x = p.sample((n,))"
    )
