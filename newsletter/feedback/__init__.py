"""What comes back: bounces, complaints and automatic replies, and what follows from them."""
