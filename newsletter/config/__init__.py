"""Configuration: option models, loading in layers, the generated example."""
