# %% [markdown]
# # Gradient checking
#
# A wrong derivative does not crash. The loss falls more slowly, or stops a little too high, and you
# look for the reason in the learning rate, in the data, everywhere. This lesson shows how to ask a
# derivative whether it is right, before any training.
#
# ## Measure the slope
#
# A slope is rise over run. Take f(θ) = θ³ at θ = 1, where the slope is 3, and a step of 0.01. You
# can step to one side, or to both:

# %%
import numpy as np

import autograd_mini as ag


def cube(theta):
    return theta**3


theta, eps = 1.0, 0.01
one_sided = (cube(theta + eps) - cube(theta)) / eps
two_sided = (cube(theta + eps) - cube(theta - eps)) / (2 * eps)
print(f"one-sided {one_sided:.4f}, an error of {one_sided - 3:.4f}")
print(f"two-sided {two_sided:.4f}, an error of {two_sided - 3:.4f}")

# %% [markdown]
# Both cost two values of f, but one is three hundred times better. The one-sided error shrinks like
# eps, the two-sided error like eps²: what the curve does to the right of θ, it does to the left
# with the other sign, and the two cancel.
#
# ## How small a step?
#
# If smaller is better, why not take the smallest? Because the computer rounds. f(θ + eps) and
# f(θ − eps) agree in more and more digits, their difference keeps fewer and fewer, and it is then
# divided by a tiny number. Below, the error of the slope of tanh at 0.7, for steps from 0.1 down:


# %%
def error_of(dtype, eps):
    theta, step = dtype(0.7), dtype(eps)
    slope = (np.tanh(theta + step) - np.tanh(theta - step)) / (2 * step)
    return abs(float(slope) / (1 - np.tanh(0.7) ** 2) - 1)


print("  step    float64                            float32")
for power in range(1, 12):
    eps = 10.0**-power
    double, single = error_of(np.float64, eps), error_of(np.float32, eps)
    bar = "#" * round(2 * (14 + np.log10(double)))
    print(f" 1e-{power:02d}    {double:.0e}  {bar:26s} {single:.0e}")

# %% [markdown]
# The bars are longer where the error is larger. First it falls with the square of the step, then
# rounding takes over and it rises: a valley, in the form of a **U**. In float64 the bottom is at a
# step of about 1e-5 to 1e-6. The usual 1e-7 is a little too small, and still good.
#
# The last column is the **float32 trap**. Networks compute in float32, with seven digits, and there
# the best step of all is 1e-2; at 1e-7 the answer is wrong by 41 %. So gradients are checked in
# float64, even if the network then trains in float32.
#
# ## When are two gradients the same?
#
# Two numbers computed in different ways are never equal to the last digit. What matters is how far
# apart they are compared with their own size. For two whole gradients, g and ĝ:
#
#     relative difference = ‖g − ĝ‖ / (‖g‖ + ‖ĝ‖)
#
# Each ‖ ‖ is a length, the square root of the sum of squares. The usual bands:
#
# - below 1e-7: good;
# - around 1e-5: look again, perhaps at a kink, perhaps at a small mistake;
# - above 1e-3: wrong.

# %%
x, theta, eps = 2.0, 4.0, 1e-7
measured = ((theta + eps) * x - (theta - eps) * x) / (2 * eps)
for gradient in (x, 1.01 * x, -x):
    difference = abs(gradient - measured) / (abs(gradient) + abs(measured))
    both = f"gradient {gradient:6.3f}, measured {measured:.3f}"
    print(f"d(θx)/dθ: {both}: {difference:.3e}")

# %% [markdown]
# The first is right, the second is one per cent too large, the third has the wrong sign: that gives
# 1, the largest value there is.
#
# ## Kinks
#
# Some functions have corners: relu(x) = max(x, 0) has one at 0. If the step reaches over the
# corner, the measurement mixes both sides, and it is the **measurement** that is wrong.


# %%
def relu(x):
    return max(x, 0.0)


for eps in (1e-5, 1e-6):
    measured = (relu(3e-6 + eps) - relu(3e-6 - eps)) / (2 * eps)
    print(f"relu at 3e-6, measured with {eps:.0e}: {measured:.2f}")

# %% [markdown]
# The true slope is 1. If only one or two entries disagree, and they sit at a relu or at a maximum,
# take a smaller step or another input before you look for a bug.
#
# ## A whole network, and a planted bug
#
# Now a network with one hidden layer, its gradients by the engine, and the same gradients measured
# entry by entry. Then we plant a bug: a bias gradient that is averaged where it should be summed.

# %%
rng = np.random.default_rng(0)
x, y = rng.standard_normal((8, 3)), rng.standard_normal((8, 1))
parameters = {
    "W1": rng.standard_normal((4, 3)),
    "b1": rng.standard_normal(4),
    "W2": rng.standard_normal((1, 4)),
    "b2": rng.standard_normal(1),
}


def loss_of(W1, b1, W2, b2):
    hidden = np.tanh(x @ W1.T + b1)
    return ((hidden @ W2.T + b2 - y) ** 2).mean()


tensors = {}
for name, value in parameters.items():
    tensors[name] = ag.tensor(value, requires_grad=True)
loss_of(**tensors).backward()
gradients = {name: tensor.grad.numpy() for name, tensor in tensors.items()}
print({name: gradient.shape for name, gradient in gradients.items()})


# %%
def measure(name, eps=6e-6):
    slopes = np.zeros_like(parameters[name])
    for index in np.ndindex(slopes.shape):
        step = np.zeros_like(slopes)
        step[index] = eps
        above = loss_of(**parameters | {name: parameters[name] + step})
        below = loss_of(**parameters | {name: parameters[name] - step})
        slopes[index] = (above - below) / (2 * eps)
    return slopes


def report(gradients):
    for name, gradient in gradients.items():
        measured = measure(name)
        difference = np.linalg.norm(gradient - measured)
        difference /= np.linalg.norm(gradient) + np.linalg.norm(measured)
        verdict = "look again"
        if difference < 1e-7:
            verdict = "good"
        elif difference > 1e-3:
            verdict = "WRONG"
        print(f"  {name}  {difference:.1e}  {verdict}")


print("the engine's gradients:")
report(gradients)
print("with a planted bug:")
report(gradients | {"b1": gradients["b1"] / len(x)})

# %% [markdown]
# Read the table from the loss downward, as the gradient flows: what is good came through a right
# computation, and the first wrong name is where to look.
#
# One price has to be paid: every entry costs two runs of the network. For these 21 numbers that is
# nothing; for a million weights it would be two million runs, where the backward pass needs about
# two. So check with a small network and a few examples, then switch it off. If the network
# draws random numbers (dropout), repeat the same draws or switch them off too.
#
# ## The engine's own checker
#
# `ag.gradcheck` does all this, for a dictionary of tensors, a list of them or a whole model: it
# copies to float64, measures every entry with a good step, leaves out the entries at a kink and
# says so, repeats random draws, and names the worst entry of a parameter that does not agree.

# %%
print(ag.gradcheck(lambda p: loss_of(**p), tensors))

# %% [markdown]
# ## Your turn
#
# Five exercises: build the checker in four steps, then use it. The last function is a backward pass
# written by hand, with two bugs in it, as they happen.
