backprop eval "if(sqrt(x)^2 > x, 1, 2)" --x 2 --digits 30
