# %% [markdown]
# # Vanishing and exploding gradients
#
# The gradients of the last lesson were right. They can be right and useless: so small that the
# first layers never move, or so large that one step throws everything away. The reason is depth,
# and the cure is a matter of a square root.
#
# ## Depth multiplies
#
# Take the simplest deep network, 150 linear layers, each with the weight 1.5·I (the identity, times
# 1.5), and then the same with 0.5·I.

# %%
import numpy as np

import autograd_mini as ag
from autograd_mini import nn, viz

for gain in (1.5, 0.5):
    signal = np.ones(4)
    for _ in range(150):
        signal = gain * np.eye(4) @ signal
    print(f"150 layers of {gain}·I: the signal is multiplied by {signal[0]:.1e}")

# %% [markdown]
# Nothing is wrong with any one layer. But factors multiply, and after 150 of them "a little more
# than one" is 2.6e26 and "a little less" is 7.0e-46. (In float32, the second is exactly 0.) The
# gradient makes the same journey in the other direction, through the same weights: it **explodes**
# or **vanishes**.
#
# Real weights are not 1.5·I, they are drawn at random. Then the size of the signal is what counts:
#
#     rms(a) = square root of the mean of a²
#
# Below, 50 layers of 100 units, with weights drawn with three standard deviations.

# %%
rng = np.random.default_rng(0)
x = rng.standard_normal((200, 100))
for std in (1.0, 0.1, 0.01):
    signal, sizes = x, []
    for _ in range(50):
        signal = signal @ (std * rng.standard_normal((100, 100))).T
        sizes.append(np.sqrt(np.mean(signal**2)))
    shown = "  ".join(f"{sizes[layer - 1]:8.1e}" for layer in (1, 2, 10, 25, 50))
    print(f"std {std:<4}  behind layer 1, 2, 10, 25, 50:  {shown}")

# %% [markdown]
# 0.1 keeps the size. Why 0.1? Because it is 1/√100, and there are 100 inputs.
#
# ## The size of a sum
#
# One unit computes s = w₁a₁ + … + wₙaₙ. The weights are drawn with mean 0, independently of each
# other and of the inputs. Then the products wᵢaᵢwⱼaⱼ of different terms average to 0 and only the
# squares are left:
#
#     mean of s²  =  n · Var(w) · mean of a²
#
# So one linear layer multiplies the **size** by √(n · Var(w)). To keep it:
#
#     Var(w) = 1 / n
#
# The backward pass multiplies by the transpose. There a unit collects from its n_out outputs, and
# the same argument asks for Var(w) = 1/n_out. Both cannot hold unless the layer is square, so
# Glorot and Bengio (2010) took the middle. It is called **Xavier** initialisation:
#
#     Var(w) = 2 / (n_in + n_out)
#
# A uniform draw from −b to b has the variance b²/3. Before 2010 the habit was b = 1/√n. That gives
# n · Var(w) = 1/3, so the signal is multiplied by √(1/3) = 0.577 in every layer, both ways. Measure
# it:

# %%
old, xavier = 1 / np.sqrt(300), np.sqrt(6 / (300 + 300))
for name, bound in [("old", old), ("Xavier", xavier)]:
    signal = rng.standard_normal((100, 300))
    start = np.sqrt(np.mean(signal**2))
    for _ in range(10):
        signal = signal @ rng.uniform(-bound, bound, (300, 300)).T
    factor = (np.sqrt(np.mean(signal**2)) / start) ** (1 / 10)
    predicted = np.sqrt(300 * bound**2 / 3)
    print(f"{name:7} bound {bound:.4f}: factor per layer {factor:.3f}, predicted {predicted:.3f}")

# %% [markdown]
# ## ReLU throws half away
#
# Behind a ReLU half of the values are zero. The other half is as it was, so the mean square is
# halved, in the forward pass and in the backward pass alike. He, Zhang, Ren and Sun (2015) put the
# two back in:
#
#     Var(w) = 2 / n_in        standard deviation √(2 / n_in)
#
# tanh is close to a straight line near 0, so there Xavier is right. (It flattens large values a
# little, so the signal still sinks slowly.)
#
# ## Measure a deep network, both ways
#
# Now 30 ReLU layers of 256 units, once with Xavier's and once with He's weights. Forward we note
# the size of the signal; backward, for each layer, the sizes of dL/ds (s is the sum before the
# ReLU) and of dL/dW.


# %%
def size(a):
    return np.sqrt(np.mean(a**2))


def sizes_both_ways(std, depth=30, width=256, batch=100):
    rng = np.random.default_rng(1)
    weights = [std * rng.standard_normal((width, width)) for _ in range(depth)]
    a, upstream = rng.standard_normal((2, batch, width))
    inputs, sums = [], []
    for W in weights:
        inputs.append(a)
        sums.append(a @ W.T)
        a = np.maximum(sums[-1], 0)
    signals, gradients = [], []
    for W, a, s in zip(weights[::-1], inputs[::-1], sums[::-1], strict=True):
        ds = upstream * (s > 0)
        signals.append(size(ds))
        gradients.append(size(ds.T @ a))
        upstream = ds @ W
    return [size(s) for s in sums], signals[::-1], gradients[::-1]


for name, std in [("Xavier", np.sqrt(1 / 256)), ("He", np.sqrt(2 / 256))]:
    sums, signals, gradients = sizes_both_ways(std)
    print(f"{name}: layer    size of s      dL/ds      dL/dW")
    for layer in (1, 10, 20, 30):
        i = layer - 1
        print(f"{layer:13}     {sums[i]:.1e}    {signals[i]:.1e}    {gradients[i]:.1e}")
    factor = (signals[0] / signals[-1]) ** (1 / 29)
    print(f"   dL/ds, factor per layer on the way back: {factor:.3f}")
    print(f"   dL/dW, first layer : last layer:         {gradients[0] / gradients[-1]:.3f}\n")

# %% [markdown]
# Theory says √(n · Var(w) / 2): that is 0.707 for Xavier and 1 for He. Over 30 layers the 0.707
# makes a factor of twenty thousand.
#
# ## Why the weight gradients alone mislead
#
# Look at the last line of each block. Under Xavier and under He, the ratio of dL/dW in the first
# and the last layer is **the same number**. Many people plot only the weight gradients, see them
# level across the depth, and conclude that nothing vanishes.
#
# The reason: dL/dW is dL/ds times the layer's input. Near the input of the network the input is
# large and dL/ds has shrunk; near its output dL/ds is still large and the input has shrunk. The
# product is the same all along. What differs is its size as a whole, and that the first layers hear
# almost nothing of the loss. So look at dL/ds, and at the weight gradients beside it.
#
# ## The depth view
#
# `viz.flow` does all of this for any network: a row per layer, with the size of dL/ds (the same
# root mean square), what theory predicts for it from the weights alone, a bar on a logarithmic
# scale, the size of dL/dW, and the size of one update compared with the weights. First a ReLU
# network with Xavier's weights.


# %%
def deep_network(depth, width, initialise):
    layers = []
    for _ in range(depth):
        linear = nn.Linear(width, width)
        initialise(linear.weight)
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(width, 10))


def loss(output):
    return nn.functional.cross_entropy(output, labels)


rng = ag.manual_seed(0)
x = rng.standard_normal((64, 100))
labels = np.arange(64) % 10
print(viz.flow(deep_network(12, 100, nn.init.xavier_normal_), x, loss))

# %% [markdown]
# Read the column dL/ds from the bottom up, as the gradient travels: the bars shrink, in step with
# theory. The column dL/dW is level, and would have told you nothing. Below the table stand the
# verdict, its cause and a remedy. The factor beside the verdict is what you can read off the rows:
# the mean factor from the last hidden layer back to the first, close to the 0.707 that theory
# says. (The last row, marked "out", stands apart: the output layer has 10 units and no ReLU, and
# its dL/ds comes straight from the loss. The step from it to the hidden layers is not counted.) Now
# the same network with He's weights, as the remedy says:


# %%
def he(weight):
    nn.init.kaiming_normal_(weight, nonlinearity="relu")


print(viz.flow(deep_network(12, 100, he), x, loss))

# %% [markdown]
# The bars of the hidden layers are level, their factor is about 1, and the network can learn from
# its first layer on. Now make one that explodes: in your copy of lesson.py, put
# `nn.init.normal_(weight, std=0.3)` into `he`, and run the lesson again.
#
# ## Your turn
#
# Six short exercises: measure the signal, predict its factor, write the two famous formulas,
# measure the way back, and sum up a row of sizes in one factor.
