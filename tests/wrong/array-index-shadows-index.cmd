backprop eval "s[i] = sum[i] x[i]; sum[j] s[j]" --x "[1,2,3]"
