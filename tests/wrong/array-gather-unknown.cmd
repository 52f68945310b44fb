backprop eval "sum[i] x[y[i]]" --x "[1,2]" --y "[0,1,-1]"
