backprop train "param w; data a[N], b[N]; minimize mean[i] (w*a[i] - b[i])^2" --lr 0.1 --data tests/wrong/data/nan.csv
