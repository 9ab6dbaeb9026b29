"""A bigram character model: one row of logits for each character, trained by gradient descent."""
# ruff: noqa: B007, B905, N812, RUF005, RUF007 (as courses write)

import numpy as np

import autograd_mini.torchlike as torch
import autograd_mini.torchlike.nn.functional as F

torch.set_default_dtype(torch.float64)
trees = "alder ash aspen beech birch cedar cherry elder elm fir hazel larch lime maple oak pine"
words = trees.split()
chars = sorted(set("".join(words)))
stoi = {s: i + 1 for i, s in enumerate(chars)}
stoi["."] = 0
itos = {i: s for s, i in stoi.items()}
vocab_size = len(itos)

# counts, then the same as a neural net
N = torch.zeros((vocab_size, vocab_size), dtype=torch.int32)
xs, ys = [], []
for word in words:
    padded = ["."] + list(word) + ["."]
    for ch1, ch2 in zip(padded, padded[1:]):
        N[stoi[ch1], stoi[ch2]] += 1
        xs.append(stoi[ch1])
        ys.append(stoi[ch2])
P = (N + 1).double()
P /= P.sum(1, keepdim=True)
xs = torch.tensor(xs)
ys = torch.tensor(ys)
num = xs.nelement()

rng = np.random.default_rng(0)
W = torch.tensor(rng.normal(size=(vocab_size, vocab_size)), requires_grad=True)
losses = []
for k in range(20):
    xenc = F.one_hot(xs, num_classes=vocab_size).double()
    logits = xenc @ W
    counts = logits.exp()
    probs = counts / counts.sum(1, keepdims=True)
    loss = -probs[torch.arange(num), ys].log().mean() + 0.01 * (W**2).mean()
    W.grad = None
    loss.backward()
    W.data += -20 * W.grad
    losses.append(loss.item())

g = torch.Generator().manual_seed(2147483647)
for _ in range(3):
    out = []
    ix = 0
    while len(out) < 20:
        p = F.softmax(W[ix], dim=0)
        ix = torch.multinomial(p, num_samples=1, replacement=True, generator=g).item()
        if ix == 0:
            break
        out.append(itos[ix])
    print("".join(out))
print(f"loss {losses[-1]:.4f}, of the counts {-P[xs, ys].log().mean().item():.4f}")
