backprop eval "[1, 2]*x" --x 1
