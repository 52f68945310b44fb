backprop eval "x ± 0.1" --x 2
