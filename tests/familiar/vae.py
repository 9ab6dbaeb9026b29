"""A variational autoencoder of small patterns: reparametrised sampling, two-part loss."""
# ruff: noqa: N806, N812 (as courses write)

import numpy as np

import autograd_mini.torchlike as torch
from autograd_mini.torchlike import nn, optim
from autograd_mini.torchlike.nn import functional as F

torch.set_default_dtype(torch.float64)
rng = np.random.default_rng(0)
rows, columns = rng.integers(0, 6, (2, 64))
patterns = np.zeros((64, 6, 6))
patterns[np.arange(64), rows] = 1.0  # a cross: one row and one column are lit
patterns[np.arange(64), :, columns] = 1.0
noise = torch.from_numpy(rng.normal(size=(20, 64, 2)))


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(36, 20)
        self.fc21 = nn.Linear(20, 2)
        self.fc22 = nn.Linear(20, 2)
        self.fc3 = nn.Linear(2, 20)
        self.fc4 = nn.Linear(20, 36)

    def encode(self, x):
        h1 = F.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def reparameterize(self, mu, logvar, eps):
        std = torch.exp(0.5 * logvar)
        return mu + eps * std

    def decode(self, z):
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z))))

    def forward(self, x, eps):
        mu, logvar = self.encode(x.view(-1, 36))
        return self.decode(self.reparameterize(mu, logvar, eps)), mu, logvar


def loss_function(recon_x, x, mu, logvar):
    BCE = F.binary_cross_entropy(recon_x, x.view(-1, 36), reduction="sum")
    KLD = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
    return BCE + KLD


model = VAE()
with torch.no_grad():
    for p in model.parameters():
        p.copy_(torch.from_numpy(rng.normal(0, 0.2, tuple(p.shape))))
optimizer = optim.Adam(model.parameters(), lr=1e-2)
data = torch.from_numpy(patterns)
losses = []
for step in range(20):
    optimizer.zero_grad()
    recon_batch, mu, logvar = model(data, noise[step])
    loss = loss_function(recon_batch, data, mu, logvar)
    loss.backward()
    optimizer.step()
    losses.append(loss.item() / len(data))

with torch.no_grad():
    sample = torch.randn(4, 2)
    sample = model.decode(sample).cpu().view(4, 6, 6)
    print(sample.shape, float(sample.min()) >= 0)
