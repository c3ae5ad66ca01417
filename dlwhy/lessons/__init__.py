"""Lessons: a question, what to predict, commands to run, what to see, and an exercise that says right or wrong."""
