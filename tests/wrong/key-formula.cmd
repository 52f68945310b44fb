backprop check tests/wrong/key-formula.key samples/homework/submissions
