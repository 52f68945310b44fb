backprop eval "sum[i] x[i]*w[i]" --x "[1,2,3]" --w "[1,2]"
