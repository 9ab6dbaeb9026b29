"""A character model from a window of three: embedding, tanh layer, batch norm by hand."""
# ruff: noqa: N806, N812, RUF005, SIM905 (as courses write)

import random

import numpy as np

import autograd_mini.torchlike as torch
import autograd_mini.torchlike.nn.functional as F

torch.set_default_dtype(torch.float64)
words = (
    "amazon danube dnieper douro ebro elbe ganges garonne indus jordan loire mekong meuse "
    "mississippi neckar niger nile oder orinoco parana po rhine rhone seine tagus thames tiber "
    "tigris vistula volga weser yangtze yukon zambezi"
).split()
chars = sorted(set("".join(words)))
stoi = {s: i + 1 for i, s in enumerate(chars)}
stoi["."] = 0
itos = {i: s for s, i in stoi.items()}
vocab_size = len(itos)
block_size = 3


def build_dataset(words):
    X, Y = [], []
    for w in words:
        context = [0] * block_size
        for ch in w + ".":
            ix = stoi[ch]
            X.append(context)
            Y.append(ix)
            context = context[1:] + [ix]
    return torch.tensor(X), torch.tensor(Y)


random.seed(42)
random.shuffle(words)
n1 = int(0.8 * len(words))
Xtr, Ytr = build_dataset(words[:n1])
Xdev, Ydev = build_dataset(words[n1:])

n_embd, n_hidden, batch_size = 6, 40, 32
rng = np.random.default_rng(1)
C = torch.tensor(rng.normal(size=(vocab_size, n_embd)))
W1 = torch.tensor(rng.normal(size=(n_embd * block_size, n_hidden)))
W1 *= (5 / 3) / (n_embd * block_size) ** 0.5
W2 = torch.tensor(rng.normal(size=(n_hidden, vocab_size))) * 0.1
b2 = torch.zeros(vocab_size)
bngain = torch.ones((1, n_hidden))
bnbias = torch.zeros((1, n_hidden))
bnmean_running = torch.zeros((1, n_hidden))
bnstd_running = torch.ones((1, n_hidden))
parameters = [C, W1, W2, b2, bngain, bnbias]
print(sum(p.nelement() for p in parameters))
for p in parameters:
    p.requires_grad = True

losses, update_ratios = [], []
for i in range(20):
    ix = torch.from_numpy(rng.integers(0, Xtr.shape[0], (batch_size,)))
    Xb, Yb = Xtr[ix], Ytr[ix]
    emb = C[Xb]
    embcat = emb.view(emb.shape[0], -1)
    hpreact = embcat @ W1
    bnmeani = hpreact.mean(0, keepdim=True)
    bnstdi = hpreact.std(0, keepdim=True)
    hpreact = bngain * (hpreact - bnmeani) / bnstdi + bnbias
    with torch.no_grad():
        bnmean_running = 0.9 * bnmean_running + 0.1 * bnmeani
        bnstd_running = 0.9 * bnstd_running + 0.1 * bnstdi
    h = torch.tanh(hpreact)
    logits = h @ W2 + b2
    loss = F.cross_entropy(logits, Yb)
    for p in parameters:
        p.grad = None
    loss.backward()
    lr = 0.1 if i < 15 else 0.01
    for p in parameters:
        p.data += -lr * p.grad
    losses.append(loss.item())
    with torch.no_grad():
        update_ratios.append([((lr * p.grad).norm() / p.norm()).log10().item() for p in parameters])


@torch.no_grad()
def split_loss(split):
    x, y = {"train": (Xtr, Ytr), "dev": (Xdev, Ydev)}[split]
    hpreact = C[x].view(x.shape[0], -1) @ W1
    hpreact = bngain * (hpreact - bnmean_running) / bnstd_running + bnbias
    return F.cross_entropy(torch.tanh(hpreact) @ W2 + b2, y).item()


losses.append(split_loss("train"))
losses.append(split_loss("dev"))

g = torch.Generator().manual_seed(2147483647 + 10)
for _ in range(3):
    out, context = [], [0] * block_size
    while len(out) < 12:
        hpreact = C[torch.tensor([context])].view(1, -1) @ W1
        h = torch.tanh(bngain * (hpreact - bnmean_running) / bnstd_running + bnbias)
        probs = F.softmax(h @ W2 + b2, dim=1)
        ix = torch.multinomial(probs, num_samples=1, generator=g).item()
        context = context[1:] + [ix]
        out.append(ix)
        if ix == 0:
            break
    print("".join(itos[i] for i in out))
