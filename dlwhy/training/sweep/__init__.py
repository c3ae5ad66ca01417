"""Sweeps: one option of a training or two, all their values side by side, each on several seeds."""
