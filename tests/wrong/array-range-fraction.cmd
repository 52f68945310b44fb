backprop eval "sum[i in 0..n/2] x[i]" --x "[1,2,3]" --n 3
