backprop eval "1,000*x" --x 1
