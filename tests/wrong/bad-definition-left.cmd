backprop eval "2x = 4" --x 1
