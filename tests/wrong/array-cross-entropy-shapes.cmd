backprop eval "cross_entropy(s, y)" --s "[[1,2,3],[1,2,3]]" --y "[0,1,1]"
