"""Signed tokens: the signer, and the links made of them."""
