backprop eval "sin^-1(x)" --x 0.5
