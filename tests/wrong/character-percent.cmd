backprop eval "5% * x" --x 1
