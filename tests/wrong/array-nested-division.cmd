backprop eval "sum[k] a[k]/sum[j] b[j]" --a "[1,2]" --b "[1,2]"
