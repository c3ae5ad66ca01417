"""One network: its session, the engines that train it by epochs, and the plain Keras that they are compared with."""
