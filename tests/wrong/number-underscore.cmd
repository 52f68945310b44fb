backprop eval "1_000*x" --x 1
