backprop schema evl
