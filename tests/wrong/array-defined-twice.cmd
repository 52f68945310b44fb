backprop eval "s[i] = x[i]; s[j] = x[j]^2; sum[i] s[i]" --x "[1,2,3]"
