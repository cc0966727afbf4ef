"""The coming edition of a digest: what people change in it before it is composed."""
