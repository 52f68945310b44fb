backprop diff "sum[i] x[i]*w[i]" --wrt q
