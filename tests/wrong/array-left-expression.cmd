backprop eval "s[2*i] = x[i]; sum[i] s[i]" --x "[1,2]"
