backprop eval "x[i]^2" --x "[1,2,3]"
