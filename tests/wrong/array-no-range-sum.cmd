backprop eval "sum[i] 3*a" --a 1
