backprop eval "xⁿ" --x 1
