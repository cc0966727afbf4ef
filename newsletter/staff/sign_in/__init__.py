"""How a staff member proves who they are, and when that ends."""
