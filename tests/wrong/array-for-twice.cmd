backprop eval "s[i] = x[i] for i in 0..1 for i in 0..2; sum[i] s[i]" --x "[1,2,3]"
