backprop eval "a = b = 2"
