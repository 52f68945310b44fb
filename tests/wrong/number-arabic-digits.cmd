backprop eval "x + ٣" --x 1
