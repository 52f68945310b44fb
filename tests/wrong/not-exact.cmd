backprop eval "sin(x)/2" --x 1/3 --exact
