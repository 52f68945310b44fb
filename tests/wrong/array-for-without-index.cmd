backprop eval "s = x[0] for i in 0..2; s" --x "[1,2,3]"
