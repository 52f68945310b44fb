"""Programs of index equations as a few definitions: what explanations and pictures speak of."""
