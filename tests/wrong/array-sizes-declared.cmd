backprop eval "param W[C,D]; data x[D]; s[j] = sum[d] W[j,d]*x[d]; sum[j] s[j]" --W "[[1,2],[3,4]]" --x "[1,2,3]"
