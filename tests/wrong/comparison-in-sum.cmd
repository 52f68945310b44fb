backprop eval "max(x > 0, 1)" --x 1
