backprop eval "sum[x] x[1]" --x "[1,2,3]"
