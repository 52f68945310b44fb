backprop diff "sum[i] x[i]^3" --order 2
