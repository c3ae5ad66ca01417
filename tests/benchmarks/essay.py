"""The essay's demonstration as a plain Keras script: what `dlwhy run` is timed against. Run it in an empty folder."""
# ruff: noqa: T201

import keras
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split

keras.utils.set_random_seed(42)

X, y = make_moons(n_samples=1000, noise=0.1, random_state=42)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=42)

model = keras.Sequential(
    [
        keras.Input((2,)),
        keras.layers.Dense(10, activation="relu"),
        keras.layers.Dense(10, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.01), loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(X_train, y_train, epochs=100, batch_size=32, validation_data=(X_test, y_test), verbose=0)

loss, accuracy = model.evaluate(X_test, y_test, verbose=0)
print(f"accuracy on the test set: {accuracy:.4f}")

x_min, x_max = X[:, 0].min() - 0.5, X[:, 0].max() + 0.5
y_min, y_max = X[:, 1].min() - 0.5, X[:, 1].max() + 0.5
xx, yy = np.meshgrid(np.arange(x_min, x_max, 0.02), np.arange(y_min, y_max, 0.02))
Z = model.predict(np.c_[xx.ravel(), yy.ravel()], verbose=0).reshape(xx.shape)

figure, (left, right) = plt.subplots(1, 2, figsize=(12, 5))
left.contourf(xx, yy, Z, levels=20, cmap="RdBu", alpha=0.8)
left.contour(xx, yy, Z, levels=[0.5], colors="black")
left.scatter(X_test[:, 0], X_test[:, 1], c=y_test, cmap="RdBu", edgecolors="black")
left.set_title("Decision boundary")
right.plot(history.history["loss"], label="training")
right.plot(history.history["val_loss"], label="validation")
right.set_xlabel("epoch")
right.set_ylabel("loss")
right.set_title("Loss")
right.legend()
figure.savefig("essay.png")

model.save("essay.keras")
