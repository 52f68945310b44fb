backprop eval "x > 0 ? 1 : 2" --x 1
