backprop eval "y[i] = x[i-1] for i in 0..2; sum[i] y[i]" --x "[1,2,3]"
