backprop eval "q = x + 1; q = x + 2; q" --x 1
