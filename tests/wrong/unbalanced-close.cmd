backprop eval "x + 1)" --x 1
