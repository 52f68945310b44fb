backprop eval
