backprop eval "a[i] = b[i] + x[i]; b[i] = a[i]; sum[i] a[i]" --x "[1,2]"
