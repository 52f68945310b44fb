backprop eval "sum[k=0..3] k^2"
