"""The commands. Exit codes are decided here and nowhere else."""
