backprop eval "e^2x" --x 1
