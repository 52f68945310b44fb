backprop eval "x > 0" --x 1
