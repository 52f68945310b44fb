backprop eval "s[i] = x[i] for i in 3..1; sum[i] s[i]" --x "[1,2,3]"
