"""The ways of collecting that are compared: each is a program of its own, told what to do by one argument."""
