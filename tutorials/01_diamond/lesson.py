# %% [markdown]
# # The diamond
#
# A network is one long formula with many numbers in it. Learning means asking for each of them: if
# I nudge this one a little, how much does the final loss move? That ratio is a **derivative**. In
# this lesson you compute derivatives as the engine does, first by hand, then with a program of ten
# lines. The one place where people go wrong has the shape of a diamond.
#
# ## A value, and the tape that made it
#
# A tensor made with `requires_grad=True` is a number whose history is written down. Each operation
# adds one row to a list that is called the **tape** (or Wengert list, after R. E. Wengert, 1964).

# %%
import math

import autograd_mini as ag

x = ag.tensor(3.0, requires_grad=True)
y = x * x + 2.0 * x
print(ag.tape(y))

# %% [markdown]
# Read it from top to bottom: that is the **forward pass**. Each row uses only rows above it, and
# its value is the **primal**. The column for the **adjoint** is still empty. The adjoint of a row
# is the answer to our question, ∂y/∂(that row), and it is filled by the **backward pass**.

# %%
y.backward()
print(ag.tape(y))
print("dy/dx =", x.grad.item(), "  by hand: 2x + 2 =", 2 * 3.0 + 2)

# %% [markdown]
# ## The chain rule, one row at a time
#
# The backward pass begins at the last row, whose adjoint is 1 (y moves as much as y). Then it goes
# up the tape. Each row hands to each of its inputs
#
#     its own adjoint  ×  the slope of its operation in that input
#
# and that is all. For `z = a * b` the two slopes are b and a; for `z = a + b` both are 1; for
# `z = ln a` the slope is 1/a. No row needs to know anything about the rest of the network.
#
# ## A value used twice
#
# Below, `a` is used twice. Draw it: x leads to a, two arrows leave a, and they meet again in y.
# That is the diamond.

# %%
x = ag.tensor(1.0, requires_grad=True)
a = 3.0 * x
b = 2.0 * a
c = 5.0 * a
y = b + c
y.backward()
print("dy/dx =", x.grad.item())

# %% [markdown]
# Along the left side a nudge of x is multiplied by 3 · 2 = 6, along the right side by 3 · 5 = 15.
# The value y feels **both**, so the answer is 6 + 15 = 21. Slopes are multiplied along a path, and
# added over the paths that meet.
#
# For the program this means: when a row hands an adjoint to an input, it must **add** to what is
# there already, `+=`, because another row may have handed something over before. With a plain `=`
# the last one to arrive wipes out the others: here 6 is left, or 15, depending on the order. No
# error, no crash, just a network that learns badly. It is a classic first bug of those who write
# such an engine.
#
# Why not follow every path by itself? Because there are too many: thirty diamonds in a row have
# 2 to the power 30 paths, more than a thousand million. Going up the tape once, and adding, visits
# each row once.

# %%
x = ag.tensor(1.0, requires_grad=True)
y = x
for _ in range(30):
    y = y + y
y.backward()
rows = len(ag.tape(y))
print(f"30 diamonds: dy/dx = {x.grad.item():.0f} = 2**30, from {rows} rows")

# %% [markdown]
# ## A worked example from the literature
#
# Baydin, Pearlmutter, Radul and Siskind ("Automatic differentiation in machine learning: a
# survey", 2018) trace one function through all their tables. We use the same one:
#
#     y = ln(x1) + x1·x2 − sin(x2)        at x1 = 2, x2 = 5
#
# Both x1 and x2 are used twice, so there are two diamonds in it. Forward, its five rows are:

# %%
x1, x2 = 2.0, 5.0
v1 = math.log(x1)
v2 = x1 * x2
v3 = math.sin(x2)
v4 = v1 + v2
v5 = v4 - v3
for number, value in enumerate([v1, v2, v3, v4, v5], start=1):
    print(f"v{number} = {value:7.3f}")

# %% [markdown]
# ### Forward mode: carry the slope along
#
# One way to differentiate is to decide which input moves, and how fast, and to carry the speed of
# each row along with its value. Such a speed is called a **tangent**. If x1 moves at speed 1 and x2
# stands still, then v1 moves at speed 1/x1 = 0.5 and v2 at speed x2 = 5; v3 stands still; v4 moves
# at 5.5, and so does y.
#
# Forward mode costs one run **for each input**. A network has millions.
#
# ### Reverse mode: carry the adjoint back
#
# The other way is the backward pass that you have just seen: one run gives the slopes for **all**
# inputs. Row by row, from below:
#
# - v5 = v4 − v3 has adjoint 1. It hands +1 to v4 and −1 to v3.
# - v4 = v1 + v2 has adjoint 1 and hands 1 to v1 and 1 to v2.
# - v3 = sin x2 has adjoint −1 and hands −cos(x2) = −0.284 to x2.
# - v2 = x1·x2 has adjoint 1 and hands x1 = 2 to x2, which now has −0.284 + 2 = 1.716, and x2 = 5 to
#   x1.
# - v1 = ln x1 has adjoint 1 and hands 1/x1 = 0.5 to x1, which now has 5 + 0.5 = 5.5.
#
# Now the engine, on the same function. Its table counts the two inputs as rows too, so our v1 is
# the engine's v2, and so on; the adjoints are the ones above.

# %%
x1 = ag.tensor(2.0, requires_grad=True)
x2 = ag.tensor(5.0, requires_grad=True)
v1 = ag.log(x1)
v2 = x1 * x2
v3 = ag.sin(x2)
v4 = v1 + v2
y = v4 - v3
y.backward()
print(ag.tape(y))
by_hand = 1 / 2 + 5, 2 - math.cos(5)
print(f"\ndy/dx1 = {x1.grad.item():.5f}   by hand 1/2 + 5    = {by_hand[0]:.5f}")
print(f"dy/dx2 = {x2.grad.item():.5f}   by hand 2 - cos(5) = {by_hand[1]:.5f}")

# %% [markdown]
# ## Gradients add up, even between two backward passes
#
# The `+=` does not stop at the end of a backward pass. A second one adds to the `.grad` that is
# there. That is wanted (a large batch can be done in pieces), and it is why a training loop sets
# the gradients to None before each step.

# %%
w = ag.tensor(4.0, requires_grad=True)
for attempt in (1, 2):
    (w * w).backward()
    print(f"backward {attempt}: w.grad = {w.grad.item()}   (dw²/dw is 8)")
w.grad = None
(w * w).backward()
print(f"after w.grad = None and backward: w.grad = {w.grad.item()}")

# %% [markdown]
# ## Your turn
#
# Five exercises: the five rows forward, their tangents, their adjoints by hand, then the backward
# pass for **any** tape as a program of about ten lines, and last the engine's own. The fourth is
# the heart of everything that follows.
