backprop eval "x[5]" --x "[1,2,3]"
