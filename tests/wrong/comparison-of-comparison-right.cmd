backprop eval "if(y == (p > 0.5), 1, 0)" --y 1 --p 2
