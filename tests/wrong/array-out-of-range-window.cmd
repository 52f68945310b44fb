backprop eval "y[i] = sum[p in 0..2] x[i+p] for i in 0..2; sum[i] y[i]" --x "[1,2,3]"
