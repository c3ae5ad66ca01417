"""Pictures in characters: what a model predicts, and how it learnt, drawn in the terminal."""
