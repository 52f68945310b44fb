backprop eval "sum[i in 0..2] a[i]" --a 3
