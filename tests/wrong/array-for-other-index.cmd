backprop eval "s[i] = x[i] for j in 0..2; sum[i] s[i]" --x "[1,2,3]"
