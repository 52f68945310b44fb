backprop eval "x^2" --x 0,73
