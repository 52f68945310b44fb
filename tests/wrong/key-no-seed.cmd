backprop check tests/wrong/key-no-seed.key samples/homework/submissions
