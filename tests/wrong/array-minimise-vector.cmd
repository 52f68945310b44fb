backprop train "param w[2]; minimize w" --lr 0.1 --w "[1,2]"
