backprop eval "mean[i] if((p[i] > 0.5) == y[i], 1, 0)" "p=[1, 2]" "y=[0, 1]"
