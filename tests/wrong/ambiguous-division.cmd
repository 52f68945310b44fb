backprop eval "1/2x" --x 1
