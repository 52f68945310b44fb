backprop eval "s[i,i] = x[i]; sum[i,j] s[i,j]" --x "[1,2,3]"
