"""A convolution net on handwritten digits, trained and tested as in every first course."""
# ruff: noqa: N812 (as courses write)

import numpy as np

import autograd_mini.torchlike as torch
import autograd_mini.torchlike.nn as nn
import autograd_mini.torchlike.nn.functional as F
import autograd_mini.torchlike.optim as optim
from autograd_mini.nn import datasets
from autograd_mini.torchlike.utils.data import DataLoader, TensorDataset

torch.set_default_dtype(torch.float64)
images, labels = (part.numpy() for part in datasets.digits().tensors)
images = torch.from_numpy(images.astype(np.float64).reshape(-1, 1, 8, 8))
images = images / images.max()
labels = torch.from_numpy(labels.astype(np.int64))
train_loader = DataLoader(TensorDataset(images[:320], labels[:320]), batch_size=16)
test_loader = DataLoader(TensorDataset(images[320:420], labels[320:420]), batch_size=50)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 3, padding=1)
        self.conv2 = nn.Conv2d(6, 12, kernel_size=3, stride=1)
        self.dropout = nn.Dropout(0.25)
        self.fc1 = nn.Linear(12, 24)
        self.fc2 = nn.Linear(24, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        x = self.dropout(torch.flatten(x, 1))
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(x), dim=1)


def train(model, device, train_loader, optimizer):
    model.train()
    model.dropout.eval()  # its draws would differ between libraries
    for data, target in train_loader:
        data, target = data.to(device), target.to(device)
        optimizer.zero_grad()
        loss = F.nll_loss(model(data), target)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())


def test(model, device, test_loader):
    model.eval()
    test_loss, correct = 0, 0
    with torch.no_grad():
        for data, target in test_loader:
            data, target = data.to(device), target.to(device)
            output = model(data)
            test_loss += F.nll_loss(output, target, reduction="sum").item()
            pred = output.argmax(dim=1, keepdim=True)
            correct += pred.eq(target.view_as(pred)).sum().item()
    test_loss /= len(test_loader.dataset)
    print(f"average loss {test_loss:.4f}, {correct} of {len(test_loader.dataset)}")
    return test_loss


device = torch.device("cpu")
model = Net().to(device)
rng = np.random.default_rng(0)
with torch.no_grad():
    for p in model.parameters():
        p.copy_(torch.from_numpy(rng.normal(0, 0.3, tuple(p.shape))))
optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
losses = []
train(model, device, train_loader, optimizer)
losses.append(test(model, device, test_loader))
