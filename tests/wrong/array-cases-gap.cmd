backprop eval "s[i] = 1 for i in 0..2; s[i] = 2 for i in 4..5; sum[i] s[i]*a" --a 1
