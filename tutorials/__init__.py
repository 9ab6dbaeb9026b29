"""Lessons that check the learner's own code, and the commands that serve them.

A lesson is a folder ``NN_slug`` beside this file. Read next: ``course.py`` (what a lesson is),
``runner.py`` and ``judge.py`` (how an exercise is checked), ``cli.py`` (what the learner types).
"""
