"""What PyTorch keeps in ``torch.nn.utils``; here it is ``nn.utils``."""

from autograd_mini.nn import sequences as rnn
from autograd_mini.nn.clipping import clip_grad_norm_, clip_grad_value_
from autograd_mini.nn.vectors import parameters_to_vector, vector_to_parameters

__all__ = [
    "clip_grad_norm_",
    "clip_grad_value_",
    "parameters_to_vector",
    "rnn",
    "vector_to_parameters",
]
