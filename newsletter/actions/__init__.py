"""Every change that an actor may make: a module a noun, a function a verb."""
