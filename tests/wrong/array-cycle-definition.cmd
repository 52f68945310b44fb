backprop eval "s[i] = f(x[i]); f(u) = u*(sum[j] s[j]); sum[i] s[i]" --x "[1,2]"
