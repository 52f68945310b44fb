backprop eval "2​x" --x 1
