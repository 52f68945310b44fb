backprop eval "2 3"
