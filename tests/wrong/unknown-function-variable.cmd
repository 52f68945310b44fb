backprop eval "gamma*x + gamma(x + 1)" --gamma 2 --x 3
