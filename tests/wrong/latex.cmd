backprop eval "\\frac{x}{2}" --x 1
