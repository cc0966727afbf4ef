"""Storage of imports: plans, writing, taking back."""
