backprop eval "1/x" --x 0 --exact
