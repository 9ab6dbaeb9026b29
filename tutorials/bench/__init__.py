"""Workloads that time the engine against NumPy by hand and against PyTorch, side by side.

Each workload is a file. Its network is written once and built by both libraries, which share their
names; its gradients are written by hand once more, in plain NumPy. ``contestants.py`` holds what a
contestant is, ``race.py`` how they are timed.
"""
