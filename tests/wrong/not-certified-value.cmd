backprop eval "x" --x "if(sqrt(2)^2 == 2, 1, 0)" --digits 5
