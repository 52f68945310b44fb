backprop eval "x + " --x 1
