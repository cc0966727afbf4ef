"""All that a person, a program or the clock may change: a module a noun, a function a verb."""
