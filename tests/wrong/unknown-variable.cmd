backprop eval "weight*2" --wieght 3
