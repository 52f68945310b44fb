backprop diff "s[i] = x[i]^2"
