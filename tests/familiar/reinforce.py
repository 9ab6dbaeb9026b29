"""REINFORCE (R. J. Williams 1992) in a corridor: walk to the right end before time is up."""
# ruff: noqa: B007, B905, N806, N812 (as courses write)

import numpy as np

import autograd_mini.torchlike as torch
import autograd_mini.torchlike.nn as nn
import autograd_mini.torchlike.nn.functional as F
import autograd_mini.torchlike.optim as optim
from autograd_mini.torchlike.distributions import Categorical

torch.set_default_dtype(torch.float64)
gamma = 0.95
rng = np.random.default_rng(0)


class Corridor:
    """Five places in a row; action 1 steps right, 0 left; the goal is the last place."""

    def reset(self):
        self.place, self.time = 1, 0
        return self._state()

    def step(self, action):
        self.time += 1
        self.place = max(0, self.place + (1 if action == 1 else -1))
        done = self.place == 4 or self.time == 12
        return self._state(), (1.0 if self.place == 4 else -0.05), done

    def _state(self):
        return np.eye(5, dtype=np.float32)[self.place]


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.affine1 = nn.Linear(5, 16)
        self.affine2 = nn.Linear(16, 2)
        self.saved_log_probs = []
        self.rewards = []

    def forward(self, x):
        x = F.relu(self.affine1(x))
        return F.softmax(self.affine2(x), dim=1)


policy = Policy()
with torch.no_grad():
    for p in policy.parameters():
        p.copy_(torch.from_numpy(rng.normal(0, 0.3, tuple(p.shape))))
optimizer = optim.Adam(policy.parameters(), lr=2e-2)
eps = np.finfo(np.float64).eps.item()


def select_action(state):
    state = torch.from_numpy(state).double().unsqueeze(0)
    probs = policy(state)
    m = Categorical(probs)
    # m.sample() would differ between libraries: the same draw, by a NumPy generator
    action = torch.tensor([int(rng.random() < probs[0, 1].item())])
    policy.saved_log_probs.append(m.log_prob(action))
    return action.item()


def finish_episode():
    R = 0
    policy_loss, returns = [], []
    for r in policy.rewards[::-1]:
        R = r + gamma * R
        returns.insert(0, R)
    returns = torch.tensor(returns)
    returns = (returns - returns.mean()) / (torch.std(returns) + eps)
    for log_prob, R in zip(policy.saved_log_probs, returns):
        policy_loss.append(-log_prob * R)
    optimizer.zero_grad()
    policy_loss = torch.cat(policy_loss).sum()
    policy_loss.backward()
    optimizer.step()
    del policy.rewards[:]
    del policy.saved_log_probs[:]
    return policy_loss.item()


env = Corridor()
losses = []
for episode in range(20):
    state, done = env.reset(), False
    while not done:
        state, reward, done = env.step(select_action(state))
        policy.rewards.append(reward)
    losses.append(finish_episode())
print(Categorical(policy(torch.eye(5))).sample())
