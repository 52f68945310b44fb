backprop eval 'x^2
+ y' --x 1 --y 2
