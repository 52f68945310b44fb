backprop eval "sum[i] x[i] * 2 + sum[j] x[j] / 2 * x[i]" --x "[1,2]"
