backprop eval "sum[i] s[y[i]]" --s "[1,2,3]" --y "[0,1.5]"
