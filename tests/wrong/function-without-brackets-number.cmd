backprop eval "sin 2x" --x 1
