backprop eval "s[i] = 3; sum[i] s[i]"
