backprop train "(a - 3)^2" --validaton points.csv
