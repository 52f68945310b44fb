backprop train "param W[2, 2]; sum((W^T @ W - 1)^2)" Q=1
