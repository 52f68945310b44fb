backprop eval "x[k] = k^2 for k = 0..1; sum[k] x[k]"
