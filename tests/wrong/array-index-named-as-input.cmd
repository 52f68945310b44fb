backprop eval "s[i] = sum[d] W[i,d]*x[d]; sum[i] s[i]*d" --W "[[1,2],[3,4]]" --x "[1,2]" --d 2
