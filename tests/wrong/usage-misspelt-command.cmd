backprop evla "x" --x 1
