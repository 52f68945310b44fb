backprop eval "2e-3x" --x 1
