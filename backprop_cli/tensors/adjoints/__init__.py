"""The gradient of index equations as index equations, from their text alone."""
