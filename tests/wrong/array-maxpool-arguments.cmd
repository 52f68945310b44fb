backprop eval "sum(maxpool(x))" --x "[[1,2],[3,4]]"
