backprop eval "sum(conv(x, K))" --x "[[1,2],[3,4]]" --K "[[1,2],[3,4]]"
