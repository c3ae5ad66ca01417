"""Pictures of how training goes: as it went, moment by moment; of several networks, side by side."""
