backprop eval "sum(conv(x, K))" --x "ones(1,2,2)" --K "ones(1,1,3,3)"
