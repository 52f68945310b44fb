backprop eval "sum[i,i] x[i]" --x "[1,2,3]"
