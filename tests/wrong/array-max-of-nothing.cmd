backprop eval "max[i in 3..1] x[i]" --x "[1,2,3]"
