backprop eval "s[i,j] = x[i]; sum[i,j] s[i,j]" --x "[1,2]"
