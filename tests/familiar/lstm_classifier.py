"""Is the larger half of a sequence its first or its second? An LSTM reads it and says."""
# ruff: noqa: RUF059 (as courses write)

import numpy as np

import autograd_mini.torchlike as torch
from autograd_mini.torchlike import nn
from autograd_mini.torchlike.utils.data import DataLoader, TensorDataset

torch.set_default_dtype(torch.float64)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
rng = np.random.default_rng(0)
sequences = rng.normal(size=(80, 8, 2))
first, second = sequences[:, :4].sum(axis=(1, 2)), sequences[:, 4:].sum(axis=(1, 2))
labels = (second > first).astype(np.int64)


class Classifier(nn.Module):
    def __init__(self, input_size, hidden_size, num_classes):
        super().__init__()
        self.hidden_size = hidden_size
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers=2, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        h0 = torch.zeros(2, x.size(0), self.hidden_size).to(x.device)
        c0 = torch.zeros(2, x.size(0), self.hidden_size).to(x.device)
        out, (hn, cn) = self.lstm(x, (h0, c0))
        return self.fc(out[:, -1, :])


model = Classifier(2, 12, 2).to(device)
with torch.no_grad():
    for p in model.parameters():
        p.copy_(torch.from_numpy(rng.uniform(-0.3, 0.3, tuple(p.shape))))
dataset = TensorDataset(torch.from_numpy(sequences), torch.from_numpy(labels))
loader = DataLoader(dataset, batch_size=20, shuffle=False)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)

losses = []
for epoch in range(5):
    model.train()
    correct = 0
    for inputs, targets in loader:
        inputs, targets = inputs.to(device), targets.to(device)
        outputs = model(inputs)
        loss = criterion(outputs, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        _, predicted = torch.max(outputs.data, 1)
        correct += (predicted == targets).sum().item()
        losses.append(loss.item())
    print(f"epoch {epoch + 1}: accuracy {correct / len(dataset):.2f}")

model.eval()
with torch.no_grad():
    outputs = model(torch.from_numpy(sequences).to(device))
    losses.append((outputs.argmax(dim=1).cpu().numpy() == labels).mean().item())
