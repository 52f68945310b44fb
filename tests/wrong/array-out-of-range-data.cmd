backprop eval "L[i] = s[i,y[i]]; sum[i] L[i]" --s "[[1,2],[3,4]]" --y "[0,2]"
